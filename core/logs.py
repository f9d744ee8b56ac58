"""How lines are logged: as JSON for machines or as text for people, each with what is known of the
request or the job that it belongs to.

Our own lines and those of the libraries pass the same way. A line names no person but by id, and
no path but by its route: addresses hold ids and tokens.
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

from core.redaction import redacted

# Warnings of libraries are lines like others.
logging.captureWarnings(True)

SANE_ID = re.compile(r"[A-Za-z0-9._-]{1,128}")


# ── What a line belongs to ───────────────────────────────────────────────────────────────────


def request_id(asked: str | None = "") -> str:
    """The id that a caller has asked for, if it is a sane one, or a new one."""
    return asked if asked and SANE_ID.fullmatch(asked) else uuid.uuid4().hex


@contextmanager
def about(**values: Any) -> Iterator[None]:
    """Every line logged inside has these values and no others; also those of threads that are
    handed a copy of the context."""
    outside = get_contextvars()
    clear_contextvars()
    bind_contextvars(**values)
    try:
        yield
    finally:
        clear_contextvars()
        bind_contextvars(**outside)


def bind(**values: Any) -> None:
    """The lines that follow have these values, too."""
    bind_contextvars(**values)


def id_header() -> dict[str, str]:
    """The header that hands the current id on to another service; none outside of a request."""
    values = get_contextvars()
    return {"X-Request-ID": values["request_id"]} if "request_id" in values else {}


# ── What a line tells ────────────────────────────────────────────────────────────────────────


class RedactArguments(logging.Filter):
    """Takes from a record what no line may tell: an exception's text beyond its first line (the
    database's tell the row there), and the path of a request."""

    def filter(self, record: logging.LogRecord) -> bool:
        if isinstance(record.args, tuple):
            request = getattr(record, "request", None)
            path = getattr(request, "path", None)
            record.args = tuple(redact_argument(each, path) for each in record.args)
        return True


class ExceptionsOnly(logging.Filter):
    """Lets pass what tells of an exception. Of other answers Django tells what our own line says:
    that there was one."""

    def filter(self, record: logging.LogRecord) -> bool:
        return bool(record.exc_info)


# Why a request was refused, in its own line.
UNKNOWN_HOST = "unknown host"


class HostRefusals(logging.Filter):
    """Lets nothing pass, but has the request's own line say why it was refused: anybody can send a
    false `Host`, and Django tells of each as an error, with its traceback and the header."""

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
    """The tracebacks of an exception and of those it came from, without local variables."""
    parts = []
    for each in chain(error):
        parts += ["Traceback (most recent call last):\n", *format_tb(each.__traceback__)]
        parts.append(f"{type(each).__qualname__}: {first_line(each)}\n")
        if isinstance(each, BaseExceptionGroup):
            parts += [indent(trace(member), "  | ") for member in each.exceptions]
    return "".join(parts)


def chain(error: BaseException) -> list[BaseException]:
    """What it came from, the first one first, and then itself."""
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


# What every line has, made here. To look for secrets in it would double the cost of a line.
SAFE_KEYS = {"level", "logger", "timestamp", "request_id", "route", "job"}


# ── How it is written ────────────────────────────────────────────────────────────────────────

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
    """One object a line."""
    return formatter(structlog.processors.JSONRenderer(serializer=json))


def text_formatter() -> ProcessorFormatter:
    """For people, in colours where it is a terminal."""
    return formatter(structlog.dev.ConsoleRenderer(colors=sys.stderr.isatty()))
