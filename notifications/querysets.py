"""All reads of notifications."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any, Self

from django.db.models import QuerySet


class NotificationQuerySet(QuerySet[Any]):
    def of(self, user: Any) -> Self:
        return self.filter(user=user)

    def with_keys(self, keys: Collection[str | None]) -> Self:
        """What was told of these occasions."""
        return self.filter(dedupe_key__in=keys)

    def unread(self) -> Self:
        return self.filter(read=False)
