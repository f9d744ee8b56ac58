"""Removes secrets and personal data from log lines, as a second safety net.

Our own log lines contain none of it. This is for the lines of libraries and the texts of
exceptions.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import lru_cache
from typing import Any

from django.views.debug import SafeExceptionReporterFilter

MASK = "[redacted]"
NAMES = r"password|passwd|passcode|secret|token|authorization|cookie|api_?key|dsn|e_?mail"
# Each pattern only matches at the start of a run of its characters and doesn't backtrack: a slow
# search in a long text, which anybody may send, would block the process.
SECRETS = [
    # Credentials in an address: first, as the next pattern would take them for an e-mail address.
    (re.compile(r"://[^/\s@'\"]+@"), "://[redacted]@"),
    (
        re.compile(
            r"(?<![^\s@<>()\[\]{},;:'\"=/])[^\s@<>()\[\]{},;:'\"=/]+"
            r"(?:@|%40)[^\s@<>()\[\]{},;:'\"/]+"
        ),
        MASK,
    ),
    # A JWT; the value of an Authorization header; a value signed by Django.
    (re.compile(r"\beyJ[\w-]{8,}(?:\.[\w-]*)*"), MASK),
    (re.compile(r"\b(bearer|basic)\s+[\w.~+/=-]{12,}", re.IGNORECASE), rf"\1 {MASK}"),
    (re.compile(r"(?<![\w-])[\w-]+:\w{6}:[\w-]{27,}"), MASK),
    (re.compile(r"\?[\w%.\[\]-]+=[^\s'\"<>]*"), f"?{MASK}"),
    # The address of a meeting.
    (re.compile(r"https?://[\w.-]*zoom\.us/[^\s'\"<>]*"), MASK),
    # name=value, "name": "value", and HTTP headers.
    (
        re.compile(
            rf"(?<![\w-])((?=[\w-]*?(?:{NAMES}))[\w-]++['\"]?\)?\s*[=:]\s*\(?)"
            r"(\[redacted\]|'[^']*'|\"[^\"]*\"|[^\s,;&)\]}]+)",
            re.IGNORECASE,
        ),
        rf"\1{MASK}",
    ),
]


@lru_cache(1000)
def is_secret(name: str) -> bool:
    """Whether values of this name are secret."""
    return bool(re.search(NAMES, name, re.IGNORECASE))


def redact(text: str) -> str:
    """Return the text with secrets and personal data masked."""
    for pattern, instead in SECRETS:
        text = pattern.sub(instead, text)
    return text


def redacted(value: Any, name: str = "") -> Any:
    """Return the value with secrets masked, also inside lists and objects.

    Args:
        name: the name of the value; under some names everything is secret.
    """
    if isinstance(value, Mapping):
        return {key: redacted(each, str(key)) for key, each in value.items()}
    if isinstance(value, list | tuple):
        return [redacted(each, name) for each in value]
    if isinstance(value, str):
        return MASK if is_secret(name) else redact(value)
    return value


class ErrorPageFilter(SafeExceptionReporterFilter):
    """Redacts Django's error pages, which the admin shows with `DEBUG=1`. They list the settings
    and the environment; Django masks secrets by name, but not passwords in addresses."""

    def cleanse_setting(self, key: Any, value: Any) -> Any:
        cleansed = super().cleanse_setting(key, value)
        return redact(cleansed) if isinstance(cleansed, str) else cleansed
