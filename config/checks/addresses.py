"""What the system checks say of addresses: those that can be read, but can't lead anywhere."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.core.checks import CheckMessage, Error, register

LOOPBACK = {"localhost", "127.0.0.1", "::1"}


def host_of(address: str) -> str:
    """The host of an http:// or https:// address; "" if it is none."""
    try:
        parts = urlsplit(address)
        return (parts.scheme in {"http", "https"} and parts.hostname) or ""
    except ValueError:
        return ""


def is_local(address: str) -> bool:
    """Does it lead nowhere but to the machine of whoever follows it?"""
    return host_of(address) in LOOPBACK | {""}


@register
def addresses_make_sense(**kwargs: Any) -> list[CheckMessage]:
    found: list[CheckMessage] = []
    for variable in ("PUBLIC_URL", "FRONTEND_URL"):
        if not host_of(getattr(settings, variable)):
            sentence = f"{variable} must be like https://learn.example.org."
            found.append(Error(sentence, id="config.E030"))
    prefix = settings.MEDIA_ACCEL_PREFIX
    if prefix and not (prefix.startswith("/") and prefix.endswith("/") and len(prefix) > 1):
        sentence = "MEDIA_ACCEL_PREFIX must be a path between two slashes, like /internal/."
        found.append(Error(sentence, id="config.E031"))
    return found
