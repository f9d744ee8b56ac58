"""Reports errors to Sentry if `SENTRY_DSN` is set, without personal data except the user's id."""

from __future__ import annotations

import sentry_sdk
from django.conf import settings
from sentry_sdk.types import Event, Hint
from sentry_sdk.utils import BadDsn
from structlog.contextvars import get_contextvars

from core.observability.redaction import redacted

# The context values that become labels of an event; log lines have them, too.
LABELS = ("request_id", "route", "job")


def start() -> None:
    """Report logged errors and unhandled exceptions from now on, if `SENTRY_DSN` is set."""
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
            # The log has what led to the error, under the same request id.
            max_breadcrumbs=0,
            auto_session_tracking=False,
        )
    except BadDsn:  # a system check reports it
        return


def scrub_event(event: Event, hint: Hint) -> Event:
    """Return the event without the request's address and headers, and with only the first line of
    each exception's text, as in the log."""
    values = get_contextvars()
    event.pop("request", None)
    event.pop("extra", None)
    event["tags"] = {name: values[name] for name in LABELS if name in values}
    event["user"] = {"id": values["user"]} if values.get("user") else {}
    for exception in event.get("exception", {}).get("values", []):
        exception["value"] = str(exception.get("value") or "").partition("\n")[0]
    cleaned: Event = redacted(event)  # type: ignore[assignment]  # of the same shape
    return cleaned
