"""Logging: JSON for machines or text for people, each line with its request or job.

The lines of libraries are handled in the same way. A line names a person only by id, and an address
only by its route, since addresses contain ids and tokens.
"""

from __future__ import annotations

import logging
import re
import sys
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from textwrap import indent
from traceback import format_tb
from typing import Any

import orjson
import structlog
from structlog.contextvars import (
    bind_contextvars,
    clear_contextvars,
    get_contextvars,
    merge_contextvars,
)
from structlog.stdlib import ProcessorFormatter
from structlog.typing import EventDict

from core.observability.redaction import redacted

# Python warnings are logged, too.
logging.captureWarnings(True)

SANE_ID = re.compile(r"[A-Za-z0-9._-]{1,128}")


# ── The context of a line ────────────────────────────────────────────────────────────────────


def request_id(asked: str | None = "") -> str:
    """Return the id that the caller sent, if it is valid, else a new one."""
    return asked if asked and SANE_ID.fullmatch(asked) else uuid.uuid4().hex


@contextmanager
def about(**values: Any) -> Iterator[None]:
    """Give every line logged inside these context values and no others, also in threads that get a
    copy of the context."""
    outside = get_contextvars()
    clear_contextvars()
    bind_contextvars(**values)
    try:
        yield
    finally:
        clear_contextvars()
        bind_contextvars(**outside)


def bind(**values: Any) -> None:
    """Add these values to the lines that follow."""
    bind_contextvars(**values)


def id_header() -> dict[str, str]:
    """Return the header that passes the request id to another service; empty outside a request."""
    values = get_contextvars()
    return {"X-Request-ID": values["request_id"]} if "request_id" in values else {}


# ── The content of a line ────────────────────────────────────────────────────────────────────


class RedactArguments(logging.Filter):
    """Removes from a record the path of its request, and all but the first line of exceptions: the
    database's other lines quote the row."""

    def filter(self, record: logging.LogRecord) -> bool:
        if isinstance(record.args, tuple):
            request = getattr(record, "request", None)
            path = getattr(request, "path", None)
            record.args = tuple(redact_argument(each, path) for each in record.args)
        return True


class ExceptionsOnly(logging.Filter):
    """Passes only records of exceptions: other answers are in our own line for each request."""

    def filter(self, record: logging.LogRecord) -> bool:
        return bool(record.exc_info)


# The reason for a refusal in the request's own line.
UNKNOWN_HOST = "unknown host"


class HostRefusals(logging.Filter):
    """Passes nothing, and notes the refusal in the request's own line: anybody can send a false
    `Host`, and Django logs an error with a traceback for each."""

    def filter(self, record: logging.LogRecord) -> bool:
        bind(refused=UNKNOWN_HOST)
        return False


def redact_argument(told: object, path: str | None) -> object:
    if isinstance(told, BaseException):
        return first_line(told)
    if path is not None and told == path:
        return get_contextvars().get("route", "an address that no pattern matches")
    return told


def first_line(error: BaseException) -> str:
    return (str(error) or type(error).__name__).partition("\n")[0]


def trace(error: BaseException) -> str:
    """Return the tracebacks of an exception and of its causes, without local variables."""
    parts = []
    for each in chain(error):
        parts += ["Traceback (most recent call last):\n", *format_tb(each.__traceback__)]
        parts.append(f"{type(each).__qualname__}: {first_line(each)}\n")
        if isinstance(each, BaseExceptionGroup):
            parts += [indent(trace(member), "  | ") for member in each.exceptions]
    return "".join(parts)


def chain(error: BaseException) -> list[BaseException]:
    """Return an exception and its causes, the first cause first."""
    found: list[BaseException] = []
    following: BaseException | None = error
    while following is not None and following not in found:
        found.insert(0, following)
        hidden = following.__suppress_context__
        following = following.__cause__ or (None if hidden else following.__context__)
    return found


def add_exception(logger: Any, method: str, event: EventDict) -> EventDict:
    _, error, _ = event.pop("exc_info", None) or (None, None, None)
    if error is not None:
        event["exception"] = trace(error)
    return event


def redact_event(logger: Any, method: str, event: EventDict) -> EventDict:
    return {
        name: value if name in SAFE_KEYS else redacted(value, name) for name, value in event.items()
    }


# Keys that every line has, with values made here. Redacting them would double a line's cost.
SAFE_KEYS = {"level", "logger", "timestamp", "request_id", "route", "job"}


# ── The format of a line ─────────────────────────────────────────────────────────────────────

SHARED: list[Any] = [
    merge_contextvars,
    structlog.stdlib.add_log_level,
    structlog.stdlib.add_logger_name,
    structlog.processors.TimeStamper(fmt="iso", utc=True),
]
structlog.configure(
    processors=[structlog.stdlib.filter_by_level, *SHARED, ProcessorFormatter.wrap_for_formatter],
    logger_factory=structlog.stdlib.LoggerFactory(),
    wrapper_class=structlog.stdlib.BoundLogger,
    cache_logger_on_first_use=True,
)


def json(event: dict[str, Any], **kwargs: Any) -> str:
    return orjson.dumps(event, default=str).decode()


def formatter(renderer: Any) -> ProcessorFormatter:
    return ProcessorFormatter(
        foreign_pre_chain=SHARED,
        processors=[
            ProcessorFormatter.remove_processors_meta,
            add_exception,
            redact_event,
            renderer,
        ],
    )


def json_formatter() -> ProcessorFormatter:
    """Return the formatter for JSON, one object per line."""
    return formatter(structlog.processors.JSONRenderer(serializer=json))


def text_formatter() -> ProcessorFormatter:
    """Return the formatter for people, with colours on a terminal."""
    return formatter(structlog.dev.ConsoleRenderer(colors=sys.stderr.isatty()))
