"""System checks of the settings for Zoom."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.core.checks import CheckMessage, Error, Warning, register

from core.checks import LOOPBACK


@register
def check_zoom(**kwargs: Any) -> list[CheckMessage]:
    found: list[CheckMessage] = []
    if 0 < len(zoom_credentials()) < 3:
        sentence = "Set ZOOM_ACCOUNT_ID, ZOOM_API_KEY and ZOOM_API_SECRET together, or none."
        found.append(Error(sentence, id="config.E006"))
    for variable in ("ZOOM_BASE_URL", "ZOOM_OAUTH_URL"):
        if not may_carry_secrets(getattr(settings, variable)):
            sentence = f"{variable} must be an https:// address, or an address of this machine."
            found.append(Error(sentence, id="config.E007"))
    if not any(user.strip() for user in settings.ZOOM_HOST_USERS):
        found.append(Error("ZOOM_HOST_USERS must have a user, or be unset.", id="config.E008"))
    return found


def zoom_credentials() -> list[str]:
    """Return those of the three that are set."""
    given = (settings.ZOOM_ACCOUNT_ID, settings.ZOOM_API_KEY, settings.ZOOM_API_SECRET)
    return [value for value in given if value]


def may_carry_secrets(address: str) -> bool:
    """Whether secrets may be sent there: over HTTPS, on this machine, or in development."""
    try:
        parts = urlsplit(address)
        host = parts.hostname
    except ValueError:
        return False
    plain = parts.scheme == "http" and (settings.DEBUG or host in LOOPBACK)
    return bool(host) and (parts.scheme == "https" or plain)


@register(deploy=True)
def check_zoom_in_production(**kwargs: Any) -> list[CheckMessage]:
    if not zoom_credentials():
        sentence = "Without Zoom credentials (ZOOM_…) nobody can start a 1-on-1 session."
        return [Warning(sentence, id="config.W004")]
    if not settings.ZOOM_WEBHOOK_SECRET:
        sentence = "Without ZOOM_WEBHOOK_SECRET all of Zoom's events about meetings are refused."
        return [Warning(sentence, id="config.W005")]
    return []
