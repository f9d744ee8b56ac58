"""The functions of Zoom's client, with arguments for the tests."""

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


def failure(call: Callable[[], object]) -> APIError:
    """Return the error that a call raises."""
    with pytest.raises(APIError) as caught:
        call()
    return caught.value


def code_of(call: Callable[[], object]) -> tuple[str, int]:
    """Return the code and the status of the error that a call raises."""
    error = failure(call)
    return error.code, error.status
