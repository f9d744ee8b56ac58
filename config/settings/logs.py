"""What is logged, where to, and who else hears of it."""

from typing import Any

from config.environment import env, stop
from config.settings.process import DEBUG

# `json`, one object a line, or `text`, for people.
LOG_FORMAT = env.str("LOG_FORMAT", "text" if DEBUG else "json").lower()
if LOG_FORMAT not in {"json", "text"}:
    stop("The environment variable LOG_FORMAT can't be read: use json or text.")
LOG_LEVEL = env.str("LOG_LEVEL", "info").upper()
if LOG_LEVEL not in {"DEBUG", "INFO", "WARNING", "ERROR"}:
    stop("The environment variable LOG_LEVEL can't be read: use debug, info, warning or error.")

_OURS = [
    *["accounts", "config", "core", "friendships", "materials", "notifications", "operations"],
    *["sessions_app", "zoom"],
]
# What an error page of Django's shows, with `DEBUG=1`.
DEFAULT_EXCEPTION_REPORTER_FILTER = "core.redaction.ErrorPageFilter"
LOGGING: dict[str, Any] = {
    "version": 1,
    "disable_existing_loggers": False,
    "filters": {
        "discretion": {"()": "core.logs.RedactArguments"},
        "breakages": {"()": "core.logs.ExceptionsOnly"},
        "host_refusals": {"()": "core.logs.HostRefusals"},
    },
    "formatters": {
        "json": {"()": "core.logs.json_formatter"},
        "text": {"()": "core.logs.text_formatter"},
    },
    "handlers": {
        "console": {
            "class": "logging.StreamHandler",
            "stream": "ext://sys.stderr",
            "formatter": LOG_FORMAT,
            "filters": ["discretion"],
        }
    },
    # Never DEBUG for libraries: they would log SQL, frames and addresses with what is in them.
    "root": {"handlers": ["console"], "level": "INFO" if LOG_LEVEL == "DEBUG" else LOG_LEVEL},
    "loggers": {
        **{name: {"level": LOG_LEVEL} for name in _OURS},
        # Its own handlers would print each line twice, or mail it.
        "django": {"handlers": [], "propagate": True},
        # Each request has a line of ours (`core.request_log`): these would tell its path besides,
        "django.request": {"level": "ERROR", "filters": ["breakages"]},
        "django.security.DisallowedHost": {"filters": ["host_refusals"]},
        "uvicorn.access": {"level": "CRITICAL"},
        "granian.access": {"level": "CRITICAL"},
        # that of a socket, with the query string,
        "uvicorn.error": {"level": "WARNING"},
        # and these the whole text of a job's failure (`operations.scheduler`).
        "celery.app.trace": {"level": "CRITICAL"},
        # Each run of a job has a line of ours; these say that it was sent and received.
        "celery.beat": {"level": "WARNING"},
        "celery.worker.strategy": {"level": "WARNING"},
        "_granian": {"handlers": [], "propagate": True},
    },
}

# Where errors are reported besides; nowhere unless it is set.
SENTRY_DSN = env.str("SENTRY_DSN", "")
SENTRY_ENVIRONMENT = env.str("SENTRY_ENVIRONMENT", "production")

# Who may read `/metrics`: whoever sends it as a bearer token. Without one there is no such page.
METRICS_TOKEN = env.str("METRICS_TOKEN", "")
# Where a Celery worker serves its own; nowhere with 0.
METRICS_PORT = env.int("METRICS_PORT", 0, most=65535)
