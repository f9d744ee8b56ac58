"""What waits for somebody: for the staff's approval, or because something is stuck. Each pile is a
filter of a list in the admin: the same one counts it and is in the address that shows it."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db.models import CharField, Count, Model, QuerySet, Value

from accounts.models import Mail
from materials.models import OrphanedFile
from sessions_app.models import Session
from sessions_app.states import OPEN, Status, staff_approves
from zoom.models import PendingMeetingEnd

# The clock looks at everything each minute: what is due for so long, it doesn't get done.
OVERDUE = timedelta(hours=1)
# The first tries are a few minutes apart: so many have failed for more than half an hour.
TRIES = 3


@dataclass(frozen=True)
class Pile:
    """Rows that somebody should look at.

    Attributes:
        name: unique among them.
        label: what they are, as a sentence's beginning.
        filters: Django's lookups, with values as an address has them.
    """

    name: str
    label: str
    model: type[Model]
    filters: dict[str, str | datetime | bool]

    @property
    def rows(self) -> QuerySet[Any]:
        # An address has several values in one text.
        lookups = {
            name: value.split(",") if isinstance(value, str) and name.endswith("__in") else value
            for name, value in self.filters.items()
        }
        return self.model._default_manager.filter(**lookups)

    @property
    def number_of_rows(self) -> QuerySet[Any, Any]:
        """One row: the pile's name, and how many there are."""
        named = self.rows.order_by().values(pile=Value(self.name, output_field=CharField()))
        numbers: QuerySet[Any, Any] = named.annotate(number=Count("*"))
        return numbers.values_list("pile", "number")


def piles(now: datetime) -> list[Pile]:
    """All that there are on this site."""
    overdue = now.replace(second=0, microsecond=0) - OVERDUE
    over = overdue - settings.SESSION_COMPLETION_GRACE
    approvals = Pile(
        "approvals",
        "Sessions that wait for approval",
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
            "Mails given up",
            Mail,
            {"sent_at__isnull": True, "next_try_at__isnull": True},
        ),
        Pile("mails_overdue", "Mails overdue", Mail, {"next_try_at__lt": overdue}),
        Pile(
            "meetings",
            "Meetings that Zoom hasn't ended",
            PendingMeetingEnd,
            {"created_at__lt": overdue},
        ),
        Pile(
            "files",
            "Stored files that can't be removed",
            OrphanedFile,
            {"attempts__gte": str(TRIES)},
        ),
    ]
    return [approvals, *stuck] if staff_approves() else stuck


def count(chosen: Collection[Pile]) -> dict[str, int]:
    """How many rows each pile has, by its name: one question to the database."""
    first, *others = [pile.number_of_rows for pile in chosen] or [Session.objects.none()]
    return dict(first.union(*others, all=True)) if chosen else {}
