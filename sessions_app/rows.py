"""Rows of sessions and of what belongs to them. Hot reads return them instead of model instances;
representations accept both."""

from __future__ import annotations

from datetime import datetime
from typing import NamedTuple

from accounts.rows import PersonRow
from materials.rows import MaterialRow
from sessions_app.viewing import Viewed


class SessionFields(NamedTuple):
    """The columns of a session in a list, and the facts about the viewer."""

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
    """A session row with the methods and attributes that the rules need."""

    __slots__ = ()

    @property
    def creator_id(self) -> int:
        return self.creator.pk


class SessionDetail(NamedTuple):
    """A session with the rows that belong to it and are visible to the viewer."""

    session: SessionRow
    participants: list[PlaceRow]
    materials: list[MaterialRow]
    requests: list[RequestRow]


class PlaceRow(NamedTuple):
    """A participant."""

    session_id: int
    pk: int
    joined_at: datetime
    user: PersonRow


class RequestRow(NamedTuple):
    """A booking request."""

    session_id: int
    pk: int
    message: str
    status: str
    requested_at: datetime
    user: PersonRow
