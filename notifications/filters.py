"""The filter of a list of notifications (contract N1)."""

from __future__ import annotations

import django_filters
from django.db.models import QuerySet

from core.api.filters import StrictFilterSet
from notifications.models import Notification


class NotificationFilter(StrictFilterSet):
    unread = django_filters.ChoiceFilter(
        choices=[("true", "unread"), ("false", "read")],
        method="by_unread",
        label="`true`: only unread ones; `false`: only read ones. Both by default.",
    )

    class Meta:
        model = Notification
        fields: list[str] = []

    def by_unread(
        self, rows: QuerySet[Notification], name: str, value: str
    ) -> QuerySet[Notification]:
        return rows.filter(read=value == "false")
