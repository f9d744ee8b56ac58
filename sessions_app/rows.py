"""Rows of sessions and what belongs to them, which hot reads read instead of instances of the
models. A representation takes either."""

from __future__ import annotations

from datetime import datetime
from typing import NamedTuple

from accounts.rows import PersonRow
from materials.rows import MaterialRow
from sessions_app.viewing import Viewed


class SessionFields(NamedTuple):
    """A session as lists show it, and what the viewer is to it."""

    pk: int
    title: str
    description: str
    subject: str
    level: str
    date: datetime
    duration: int
    max_participants: int
    booking_mode: str
    status: str
    created_at: datetime
    updated_at: datetime
    participant_count: int
    ends_at: datetime
    viewer_is_in: bool
    viewer_is_asking: bool
    viewer_asked_enough: bool
    has_requests: bool
    creator: PersonRow


class SessionRow(Viewed, SessionFields):
    """With what the rules ask of a session."""

    __slots__ = ()

    @property
    def creator_id(self) -> int:
        return self.creator.pk


class SessionDetail(NamedTuple):
    """A session with what belongs to it, as far as the viewer may see it."""

    session: SessionRow
    participants: list[PlaceRow]
    materials: list[MaterialRow]
    requests: list[RequestRow]


class PlaceRow(NamedTuple):
    """Somebody who is in."""

    session_id: int
    pk: int
    joined_at: datetime
    user: PersonRow


class RequestRow(NamedTuple):
    """Somebody who asks to be."""

    session_id: int
    pk: int
    message: str
    status: str
    requested_at: datetime
    user: PersonRow
