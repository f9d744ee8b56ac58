"""The stand-in rooms of a development server without credentials for Zoom (contract O8)."""

from __future__ import annotations

import secrets

from django.conf import settings
from django.urls import reverse

from zoom import client
from zoom.client import Meeting


def serves() -> bool:
    """Whether sessions use stand-in rooms on this server. In production they never do."""
    return bool(settings.DEBUG) and not client.is_configured()


def make_meeting() -> Meeting:
    """Return a room with the same fields as a Zoom meeting. Its page explains what it is."""
    path = reverse("stand-in-room", kwargs={"room": secrets.token_urlsafe(16)})
    return Meeting(
        id=str(secrets.randbelow(9 * 10**10) + 10**10),
        join_url=f"{settings.PUBLIC_URL}{path}",
        password=secrets.token_urlsafe(6),
    )
