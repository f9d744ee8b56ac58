"""What needs the attention of staff: sessions waiting for approval, and rows that are stuck. Each
pile is a filter for a list in the admin, used both for counting and in the link."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db.models import CharField, Count, Model, QuerySet, Value

from mail.models import Mail
from materials.models import OrphanedFile
from sessions_app.models import Session
from sessions_app.states import OPEN, Status, staff_approves
from zoom.models import PendingMeetingEnd

# Scheduled jobs run every minute, so rows that are overdue for this long are stuck.
OVERDUE = timedelta(hours=1)
# The first tries are a few minutes apart: three failures take more than half an hour.
TRIES = 3


@dataclass(frozen=True)
class Pile:
    """Rows that need the attention of staff.

    Attributes:
        name: unique among the piles.
        label: its label on the dashboard.
        filters: Django lookups, with values as in a query string.
    """

    name: str
    label: str
    model: type[Model]
    filters: dict[str, str | datetime | bool]

    @property
    def rows(self) -> QuerySet[Any]:
        # A query string has several values in one text.
        lookups = {
            name: value.split(",") if isinstance(value, str) and name.endswith("__in") else value
            for name, value in self.filters.items()
        }
        return self.model._default_manager.filter(**lookups)

    @property
    def number_of_rows(self) -> QuerySet[Any, Any]:
        """A query for one row: the pile's name, and its number of rows."""
        named = self.rows.order_by().values(pile=Value(self.name, output_field=CharField()))
        numbers: QuerySet[Any, Any] = named.annotate(number=Count("*"))
        return numbers.values_list("pile", "number")


def piles(now: datetime) -> list[Pile]:
    """Return all piles of this site."""
    overdue = now.replace(second=0, microsecond=0) - OVERDUE
    over = overdue - settings.SESSION_COMPLETION_GRACE
    approvals = Pile(
        "approvals",
        "Sessions waiting for approval",
        Session,
        {"status__exact": Status.PENDING_APPROVAL.value},
    )
    stuck = [
        Pile(
            "running",
            "Sessions still running long after their end",
            Session,
            {"status__exact": Status.ONGOING.value, "ends_at__lt": over},
        ),
        Pile(
            "unexpired",
            "Sessions still open after their end",
            Session,
            {"status__in": ",".join(sorted(OPEN)), "ends_at__lt": overdue},
        ),
        Pile(
            "mails_given_up",
            "E-mails that could not be sent",
            Mail,
            {"sent_at__isnull": True, "next_try_at__isnull": True},
        ),
        Pile("mails_overdue", "Overdue e-mails", Mail, {"next_try_at__lt": overdue}),
        Pile(
            "meetings",
            "Zoom meetings that could not be ended",
            PendingMeetingEnd,
            {"created_at__lt": overdue},
        ),
        Pile(
            "files",
            "Stored files that could not be removed",
            OrphanedFile,
            {"attempts__gte": str(TRIES)},
        ),
    ]
    return [approvals, *stuck] if staff_approves() else stuck


def count(chosen: Collection[Pile]) -> dict[str, int]:
    """Return the number of rows of each pile by its name, with one query."""
    first, *others = [pile.number_of_rows for pile in chosen] or [Session.objects.none()]
    return dict(first.union(*others, all=True)) if chosen else {}
