"""System checks of addresses that are valid but can't work."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.core.checks import CheckMessage, Error, register

LOOPBACK = {"localhost", "127.0.0.1", "::1"}


def host_of(address: str) -> str:
    """Return the host of an http:// or https:// address; "" if it isn't one."""
    try:
        parts = urlsplit(address)
        return (parts.scheme in {"http", "https"} and parts.hostname) or ""
    except ValueError:
        return ""


def is_local(address: str) -> bool:
    """Whether the address only works on the machine of the person who opens it."""
    return host_of(address) in LOOPBACK | {""}


@register
def check_addresses(**kwargs: Any) -> list[CheckMessage]:
    found: list[CheckMessage] = []
    for variable in ("PUBLIC_URL", "FRONTEND_URL"):
        if not host_of(getattr(settings, variable)):
            sentence = f"{variable} must have the form https://learn.example.org."
            found.append(Error(sentence, id="config.E030"))
    prefix = settings.MEDIA_ACCEL_PREFIX
    if prefix and not (prefix.startswith("/") and prefix.endswith("/") and len(prefix) > 1):
        sentence = "MEDIA_ACCEL_PREFIX must be a path between two slashes, like /internal/."
        found.append(Error(sentence, id="config.E031"))
    return found
