"""The query of notifications: frequent, so its SQL is compiled once and it returns plain rows."""

from __future__ import annotations

from datetime import datetime
from functools import lru_cache
from typing import NamedTuple

from accounts.models import User
from core.api.filters import FilterQuery
from core.api.listings import CursorList, CursorQueries
from core.db.compiled import Param
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


def own(asked: FilterQuery, *, by: User) -> CursorList:
    """Return the user's own notifications that match the filter, newest first."""
    return CursorList(queries(asked), user=by.pk, **asked.values)


@lru_cache(maxsize=10)
def queries(asked: FilterQuery) -> CursorQueries:
    rows = asked.apply(Notification.objects.of(Param("user")))
    return CursorQueries(rows, NotificationRow, newest_first=True)
