"""The query of a conversation: frequent, so its SQL is compiled once and it returns plain rows."""

from __future__ import annotations

from datetime import datetime
from functools import cache
from typing import NamedTuple

from accounts.models import User
from core.api.listings import CursorList, CursorQueries
from core.db.compiled import Param
from friendships.models import Message


class MessageRow(NamedTuple):
    pk: int
    sender_id: int
    recipient_id: int
    text: str
    session_id: int | None
    read: bool
    created_at: datetime


def conversation(one: User, other: User) -> CursorList:
    """Return the messages between two people, newest first."""
    return CursorList(queries(), one=one.pk, other=other.pk)


@cache
def queries() -> CursorQueries:
    rows = Message.objects.between(Param("one"), Param("other"))
    return CursorQueries(rows, MessageRow, newest_first=True)
