"""The hot read of notifications: its SQL is compiled once, and what it finds are rows."""

from __future__ import annotations

from datetime import datetime
from functools import lru_cache
from typing import NamedTuple

from accounts.models import User
from core.compiled import Param
from core.filters import Asked
from core.listings import CompiledSeries, Series
from notifications.models import Notification


class NotificationRow(NamedTuple):
    pk: int
    user_id: int
    title: str
    message: str
    type: str
    session_id: int | None
    read: bool
    created_at: datetime


def own(asked: Asked, *, by: User) -> Series:
    """One's own that the filter finds, newest first."""
    return Series(queries(asked), user=by.pk, **asked.values)


@lru_cache(maxsize=10)
def queries(asked: Asked) -> CompiledSeries:
    rows = asked.narrow(Notification.objects.of(Param("user")))
    return CompiledSeries(rows, NotificationRow, newest_first=True)
