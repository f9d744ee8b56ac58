"""All reads of notifications."""

from __future__ import annotations

from typing import Any, Self

from django.db.models import QuerySet


class NotificationQuerySet(QuerySet[Any]):
    def of(self, user: Any) -> Self:
        return self.filter(user=user)

    def unread(self) -> Self:
        return self.filter(read=False)
