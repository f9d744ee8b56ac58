# The image of web, worker and beat. `docker build --tag tutoring-sessions .` builds it.
# A minor version, so that a build with --pull gets its newest patch; docs/containers.md says how to pin a digest.
FROM python:3.13-slim-bookworm AS base

# ── The libraries: only wheels, so that nothing is compiled ─────────────────────────────────────
FROM base AS libraries
WORKDIR /build
COPY requirements.txt .
RUN python -m venv --without-pip /venv
RUN python -m pip --python /venv/bin/python install --no-cache-dir --only-binary :all: --requirement requirements.txt

# ── The application ─────────────────────────────────────────────────────────────────────────────
FROM base
ENV PATH=/venv/bin:$PATH \
    PYTHONUNBUFFERED=1 \
    PYTHONDONTWRITEBYTECODE=1 \
    DEBUG=0 \
    DEMO_DATA=0 \
    PORT=8000 \
    PUSH_PORT=8001 \
    MEDIA_ROOT=/media
# Fixed ids, for volumes and `runAsUser`. A new volume gets the owner of the media folder.
RUN groupadd --gid 10001 app && \
    useradd --uid 10001 --gid app --no-create-home --home-dir /tmp --shell /usr/sbin/nologin app && \
    install --directory --owner app --group app /media
COPY --from=libraries /venv /venv
WORKDIR /app
COPY . .
# The key and the host are for this command only, which doesn't start without them; they aren't stored.
RUN SECRET_KEY=for-collectstatic-only ALLOWED_HOSTS=localhost python manage.py collectstatic --no-input --verbosity 0
# The folder is read-only later, so compile for all containers now.
RUN python -m compileall -q /app
USER 10001:10001
VOLUME /media
EXPOSE 8000 8001
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=10s --timeout=6s --start-period=60s --retries=3 CMD ["python", "containers/healthy.py", "web"]
CMD ["python", "manage.py", "serve"]
