"""Logging, Sentry and metrics."""

from typing import Any

from config.environment import env, stop
from config.settings.process import DEBUG

# `json`, with one object per line, or `text`, for people.
LOG_FORMAT = env.str("LOG_FORMAT", "text" if DEBUG else "json").lower()
if LOG_FORMAT not in {"json", "text"}:
    stop("The environment variable LOG_FORMAT can't be read: use json or text.")
LOG_LEVEL = env.str("LOG_LEVEL", "info").upper()
if LOG_LEVEL not in {"DEBUG", "INFO", "WARNING", "ERROR"}:
    stop("The environment variable LOG_LEVEL can't be read: use debug, info, warning or error.")

_OURS = [
    *["accounts", "config", "core", "friendships", "mail", "materials", "notifications"],
    *["operations", "sessions_app", "zoom"],
]
# Redacts Django's error pages, which are shown with `DEBUG=1`.
DEFAULT_EXCEPTION_REPORTER_FILTER = "core.observability.redaction.ErrorPageFilter"
LOGGING: dict[str, Any] = {
    "version": 1,
    "disable_existing_loggers": False,
    "filters": {
        "discretion": {"()": "core.observability.logs.RedactArguments"},
        "breakages": {"()": "core.observability.logs.ExceptionsOnly"},
        "host_refusals": {"()": "core.observability.logs.HostRefusals"},
    },
    "formatters": {
        "json": {"()": "core.observability.logs.json_formatter"},
        "text": {"()": "core.observability.logs.text_formatter"},
    },
    "handlers": {
        "console": {
            "class": "logging.StreamHandler",
            "stream": "ext://sys.stderr",
            "formatter": LOG_FORMAT,
            "filters": ["discretion"],
        }
    },
    # Never DEBUG for libraries: they would log SQL, frames and addresses with personal data.
    "root": {"handlers": ["console"], "level": "INFO" if LOG_LEVEL == "DEBUG" else LOG_LEVEL},
    "loggers": {
        **{name: {"level": LOG_LEVEL} for name in _OURS},
        # Its own handlers would print each line twice, or send it by mail.
        "django": {"handlers": [], "propagate": True},
        # Each request has its own line (`core.http.request_log`). These would also log its path.
        "django.request": {"level": "ERROR", "filters": ["breakages"]},
        "django.security.DisallowedHost": {"filters": ["host_refusals"]},
        "uvicorn.access": {"level": "CRITICAL"},
        "granian.access": {"level": "CRITICAL"},
        # It would log the path of a socket with its query string.
        "uvicorn.error": {"level": "WARNING"},
        # It would log the full exception of a failed job (`operations.scheduler`).
        "celery.app.trace": {"level": "CRITICAL"},
        # Each run of a job has its own line. These would log that it was sent and received.
        "celery.beat": {"level": "WARNING"},
        "celery.worker.strategy": {"level": "WARNING"},
        "_granian": {"handlers": [], "propagate": True},
    },
}

# Where errors are also reported; nowhere by default.
SENTRY_DSN = env.str("SENTRY_DSN", "")
SENTRY_ENVIRONMENT = env.str("SENTRY_ENVIRONMENT", "production")

# The bearer token that is needed to read `/metrics`. Without it the page doesn't exist.
METRICS_TOKEN = env.str("METRICS_TOKEN", "")
# The port on which a Celery worker serves its metrics; 0 for none.
METRICS_PORT = env.int("METRICS_PORT", 0, most=65535)
