"""The second net under the logs: what is secret or personal in a text is struck out.

The first is that no line of ours names any of it. This one is for what libraries say, and for the
texts of exceptions.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import lru_cache
from typing import Any

from django.views.debug import SafeExceptionReporterFilter

MASK = "[redacted]"
NAMES = r"password|passwd|passcode|secret|token|authorization|cookie|api_?key|dsn|e_?mail"
# Each begins where a run of its characters does, and goes no way twice: the texts are others', and
# in the time that a search takes for each place in a long one nobody else would be served.
SECRETS = [
    # Credentials in an address, before what follows takes them for an e-mail address.
    (re.compile(r"://[^/\s@'\"]+@"), "://[redacted]@"),
    (
        re.compile(
            r"(?<![^\s@<>()\[\]{},;:'\"=/])[^\s@<>()\[\]{},;:'\"=/]+"
            r"(?:@|%40)[^\s@<>()\[\]{},;:'\"/]+"
        ),
        MASK,
    ),
    # A JWT; what a header named Authorization holds; a value that Django has signed.
    (re.compile(r"\beyJ[\w-]{8,}(?:\.[\w-]*)*"), MASK),
    (re.compile(r"\b(bearer|basic)\s+[\w.~+/=-]{12,}", re.IGNORECASE), rf"\1 {MASK}"),
    (re.compile(r"(?<![\w-])[\w-]+:\w{6}:[\w-]{27,}"), MASK),
    (re.compile(r"\?[\w%.\[\]-]+=[^\s'\"<>]*"), f"?{MASK}"),
    # Where a meeting is.
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
    """Whether all is secret that is called so."""
    return bool(re.search(NAMES, name, re.IGNORECASE))


def redact(text: str) -> str:
    """The text with what is secret or personal struck out."""
    for pattern, instead in SECRETS:
        text = pattern.sub(instead, text)
    return text


def redacted(value: Any, name: str = "") -> Any:
    """The value, however deep its lists and objects go, with what is secret struck out.

    Args:
        name: what it is called; under some names everything is secret.
    """
    if isinstance(value, Mapping):
        return {key: redacted(each, str(key)) for key, each in value.items()}
    if isinstance(value, list | tuple):
        return [redacted(each, name) for each in value]
    if isinstance(value, str):
        return MASK if is_secret(name) else redact(value)
    return value


class ErrorPageFilter(SafeExceptionReporterFilter):
    """For Django's own error pages, which the admin has with `DEBUG=1`. They show every setting
    and the environment; Django hides what has a telling name, but no password in an address."""

    def cleanse_setting(self, key: Any, value: Any) -> Any:
        cleansed = super().cleanse_setting(key, value)
        return redact(cleansed) if isinstance(cleansed, str) else cleansed
