"""The client's acts, as the tests do them."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta, timezone

import pytest

from core.errors import APIError
from zoom import client

STARTS_AT = datetime(2026, 11, 21, 21, 0, 5, 999, tzinfo=timezone(timedelta(hours=1)))


def create(topic: str = "Ada and Sam", *, host: str = "me", seconds: float = 5) -> client.Meeting:
    return client.create_meeting(
        topic=topic,
        marker="attempt-1",
        host=host,
        starts_at=STARTS_AT,
        deadline=client.Deadline(seconds),
    )


def end(meeting_id: str, *, seconds: float = 5) -> None:
    client.end_meeting(meeting_id, deadline=client.Deadline(seconds))


def marked(host: str = "me", *, seconds: float = 5) -> list[tuple[str, str]]:
    return client.marked_meetings(host, deadline=client.Deadline(seconds))


def failure(act: Callable[[], object]) -> APIError:
    """What an act fails with."""
    with pytest.raises(APIError) as caught:
        act()
    return caught.value


def code_of(act: Callable[[], object]) -> tuple[str, int]:
    """The code and the status of what an act fails with."""
    error = failure(act)
    return error.code, error.status
