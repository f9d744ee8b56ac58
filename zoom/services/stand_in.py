"""A room that a development server has for itself, when it has no credentials for Zoom
(contract O8)."""

from __future__ import annotations

import secrets

from django.conf import settings
from django.urls import reverse

from zoom import client
from zoom.client import Meeting


def serves() -> bool:
    """Do sessions meet in stand-in rooms here? In production they never do."""
    return bool(settings.DEBUG) and not client.is_configured()


def make_meeting() -> Meeting:
    """A room that looks like Zoom's to a program; its page says to people what it is."""
    path = reverse("stand-in-room", kwargs={"room": secrets.token_urlsafe(16)})
    return Meeting(
        id=str(secrets.randbelow(9 * 10**10) + 10**10),
        join_url=f"{settings.PUBLIC_URL}{path}",
        password=secrets.token_urlsafe(6),
    )
