"""All queries for notifications."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from typing import Any, Self

from django.db.models import QuerySet


class NotificationQuerySet(QuerySet[Any]):
    def of(self, user: Any) -> Self:
        return self.filter(user=user)

    def with_keys(self, keys: Collection[str | None]) -> Self:
        """Notifications with these deduplication keys."""
        return self.filter(dedupe_key__in=keys)

    def told_of(self, session_id: int, events: Collection[str], *, since: datetime) -> Self:
        """Notifications about a session since this moment, oldest first."""
        rows = self.filter(session=session_id, event__in=events, created_at__gt=since)
        return rows.order_by("pk")

    def unread(self) -> Self:
        return self.filter(read=False)

    def in_order(self) -> Self:
        """The same rows, locked in the order of their ids for an update of many. Two transactions
        that lock the same rows in different orders would deadlock."""
        rows: Self = self.model._default_manager.all()
        held = self.order_by("pk").select_for_update(no_key=True)
        return rows.filter(pk__in=held.values("pk"))
