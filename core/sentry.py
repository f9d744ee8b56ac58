"""Errors to Sentry, where `SENTRY_DSN` is set: what broke and where, and nothing of the people
concerned but an id."""

from __future__ import annotations

import sentry_sdk
from django.conf import settings
from sentry_sdk.types import Event, Hint
from sentry_sdk.utils import BadDsn
from structlog.contextvars import get_contextvars

from core.redaction import redacted

# What of a request or a job an event is labelled with, as its lines in the log are.
LABELS = ("request_id", "route", "job")


def start() -> None:
    """Report what is logged as an error or breaks a request or a job, if it is known where to."""
    if not settings.SENTRY_DSN:
        return
    try:
        sentry_sdk.init(
            dsn=settings.SENTRY_DSN,
            environment=settings.SENTRY_ENVIRONMENT,
            before_send=scrub_event,
            send_default_pii=False,
            include_local_variables=False,
            max_request_body_size="never",
            # What led to it is in the log, under the same request id.
            max_breadcrumbs=0,
            auto_session_tracking=False,
        )
    except BadDsn:  # a system check says so, where there is somebody to read it
        return


def scrub_event(event: Event, hint: Hint) -> Event:
    """The event without the request's address and headers, and of each exception's text only the
    first line, as in the log."""
    values = get_contextvars()
    event.pop("request", None)
    event.pop("extra", None)
    event["tags"] = {name: values[name] for name in LABELS if name in values}
    event["user"] = {"id": values["user"]} if values.get("user") else {}
    for exception in event.get("exception", {}).get("values", []):
        exception["value"] = str(exception.get("value") or "").partition("\n")[0]
    cleaned: Event = redacted(event)  # type: ignore[assignment]  # of the same shape
    return cleaned
