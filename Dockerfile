# The image of web, worker and beat. `docker build --tag tutoring-sessions .` builds it.
# A minor line, so that a build with --pull gets its newest patch; docs/containers.md says how to pin a digest.
FROM python:3.13-slim-bookworm AS base

# ── The libraries: wheels only, so that nothing has to be compiled here or there ────────────────
FROM base AS libraries
WORKDIR /build
COPY requirements.txt .
RUN python -m venv --without-pip /venv
RUN python -m pip --python /venv/bin/python install --no-cache-dir --only-binary :all: --requirement requirements.txt

# ── What runs ───────────────────────────────────────────────────────────────────────────────────
FROM base
ENV PATH=/venv/bin:$PATH \
    PYTHONUNBUFFERED=1 \
    PYTHONDONTWRITEBYTECODE=1 \
    DEBUG=0 \
    DEMO_DATA=0 \
    PORT=8000 \
    PUSH_PORT=8001 \
    MEDIA_ROOT=/media
# Fixed numbers: volumes and `runAsUser` name them. The media folder gives a new volume its owner.
RUN groupadd --gid 10001 app && \
    useradd --uid 10001 --gid app --no-create-home --home-dir /tmp --shell /usr/sbin/nologin app && \
    install --directory --owner app --group app /media
COPY --from=libraries /venv /venv
WORKDIR /app
COPY . .
# The key and the host are for this command only: without them nothing starts, and none is kept.
RUN SECRET_KEY=for-collectstatic-only ALLOWED_HOSTS=localhost python manage.py collectstatic --no-input --verbosity 0
# Nobody writes here later, so what is compiled now is what all containers share.
RUN python -m compileall -q /app
USER 10001:10001
VOLUME /media
EXPOSE 8000 8001
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=10s --timeout=6s --start-period=60s --retries=3 CMD ["python", "containers/healthy.py", "web"]
CMD ["python", "manage.py", "serve"]
