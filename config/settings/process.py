"""The process: ports, time limits, public addresses, proxies and Redis."""

import os

from config.environment import BASE_DIR as BASE_DIR
from config.environment import env, rename_variable, stop

DEBUG = env.bool("DEBUG", True)
# Where to listen. With DEBUG everybody knows the secret key, so only this machine may connect.
HOST = "127.0.0.1" if DEBUG else "0.0.0.0"  # noqa: S104  # nosec B104  # intended
PORT = env.int("PORT", 8000, least=1, most=65535)
# How many processes serve REST under `make serve`, and how many requests each takes at a time.
WEB_CONCURRENCY = env.int("WEB_CONCURRENCY", os.cpu_count() or 1, least=1, most=256)
WEB_THREADS = env.int("WEB_THREADS", 8, least=1, most=64)
# The port of `make push`.
PUSH_PORT = env.int("PUSH_PORT", min(PORT + 1, 65535), least=1, most=65535)
# In seconds: how long the head of a request may take to arrive, and the rest of it. A form, which
# may hold a large file, has more time while it comes at 1,000 bytes a second
# (`core/api/bodies.py`).
# granian closes a connection that is idle for HEADER_SECONDS, too. BODY_SECONDS and STALL_SECONDS
# are uvicorn's (`make run` and live push): before granian the proxy has such deadlines.
HEADER_SECONDS = env.int("HEADER_SECONDS", 10, least=1, most=300)
BODY_SECONDS = env.int("BODY_SECONDS", 30, least=1, most=600)
# In seconds: how long a client may read nothing of what is sent to it.
STALL_SECONDS = env.int("STALL_SECONDS", 30, least=1, most=600)
SECRET_KEY = env.str("SECRET_KEY", "")
ALLOWED_HOSTS: list[str] = env.list("ALLOWED_HOSTS", default=[])
_KNOWN_KEY = "for-development-only-a-key-that-everybody-can-read-here"
if DEBUG:
    SECRET_KEY = SECRET_KEY or _KNOWN_KEY
else:
    if SECRET_KEY == _KNOWN_KEY:
        stop("SECRET_KEY is the one for development, which everybody knows: set one of your own.")
    if not SECRET_KEY:
        stop("SECRET_KEY is not set: with DEBUG=0 set it to a long random text.")
    if not ALLOWED_HOSTS:
        stop("ALLOWED_HOSTS is not set: with DEBUG=0 list the host names, separated by commas.")

# Proxies in front that append to X-Forwarded-For. With 0 the header is ignored.
NUM_PROXIES = env.int("NUM_PROXIES", 0)
FRONTEND_URL = env.str("FRONTEND_URL", "http://localhost:3000")
# The public address of this server, for links in mails and chat messages.
PUBLIC_URL = env.str("PUBLIC_URL", f"http://localhost:{PORT}").rstrip("/")
DEMO_DATA = env.bool("DEMO_DATA", True)

# Shared by the processes of a production server, for Celery's tasks, live push and the cache.
# Without it a process pushes only what it writes itself.
REDIS_URL = env.str("REDIS_URL", "")
# Whether `make run`, and `make serve` without Redis, run the scheduled jobs themselves.
rename_variable("EMBEDDED_CLOCK", "EMBEDDED_SCHEDULER")
EMBEDDED_SCHEDULER = env.bool("EMBEDDED_SCHEDULER", True)
