"""The acts at Zoom."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from django.conf import settings

from core.errors import APIError
from zoom.client.errors import ZOOM_NOT_CONFIGURED
from zoom.client.transport import Deadline


@dataclass(frozen=True)
class Meeting:
    """A meeting at Zoom. Its `start_url` would make its holder the host, and is never kept."""

    id: str
    join_url: str = field(repr=False)
    password: str = field(repr=False)


def is_configured() -> bool:
    """Whether there are credentials to make meetings with."""
    return bool(settings.ZOOM_ACCOUNT_ID and settings.ZOOM_API_KEY and settings.ZOOM_API_SECRET)


def hosts() -> list[str]:
    """The users at Zoom who hold the meetings."""
    return [user.strip() for user in settings.ZOOM_HOST_USERS if user.strip()]


def create_meeting(
    *, topic: str, marker: str, host: str, starts_at: datetime, deadline: Deadline
) -> Meeting:
    """Make a scheduled meeting that people can enter without its host.

    Args:
        topic: its title at Zoom, cut to what Zoom takes.
        marker: whose meeting it is, one word; `marked_meetings` finds it by that again.
        host: one of `hosts()`.

    Raises:
        APIError: one of the codes `zoom_…`. After `zoom_timeout` and `zoom_failed` there may be a
            meeting all the same.
    """
    raise APIError(ZOOM_NOT_CONFIGURED)


def end_meeting(meeting_id: str, *, deadline: Deadline) -> None:
    """End a meeting, if it goes on, and delete it; one that is gone already is fine."""
    raise APIError(ZOOM_NOT_CONFIGURED)


def marked_meetings(host: str, *, deadline: Deadline) -> list[tuple[str, str]]:
    """The scheduled meetings of a host that have a marker: pairs of meeting id and marker."""
    raise APIError(ZOOM_NOT_CONFIGURED)
