"""The hot read of a conversation: its SQL is compiled once, and what it finds are rows."""

from __future__ import annotations

from datetime import datetime
from functools import cache
from typing import NamedTuple

from accounts.models import User
from core.compiled import Param
from core.listings import CompiledSeries, Series
from friendships.models import Message


class MessageRow(NamedTuple):
    pk: int
    sender_id: int
    recipient_id: int
    text: str
    session_id: int | None
    read: bool
    created_at: datetime


def conversation(one: User, other: User) -> Series:
    """What two people have written to each other, newest first."""
    return Series(queries(), one=one.pk, other=other.pk)


@cache
def queries() -> CompiledSeries:
    rows = Message.objects.between(Param("one"), Param("other"))
    return CompiledSeries(rows, MessageRow, newest_first=True)
