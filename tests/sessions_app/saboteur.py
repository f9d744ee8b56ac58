"""A server without one safeguard, for the negative controls of the race tests.

Run as `python -m tests.sessions_app.saboteur`, with the name of a function below in `SABOTAGE`. The
arguments are the management command to call, `run` by default.
"""

from __future__ import annotations

import os
import sys
from datetime import datetime
from typing import Any

import django
from django.conf import settings
from django.core.management import call_command
from django.db import models


def count_without_condition() -> None:
    """Count a participant in without checking that a place is free."""
    from sessions_app.services import participation  # noqa: PLC0415  # after django.setup()

    def count_in(session: Any, now: datetime) -> bool:
        row = type(session).objects.filter(pk=session.pk)
        return bool(row.update(participant_count=models.F("participant_count") + 1))

    participation.count_in = count_in


def count_by_reading() -> None:
    """Read the count and write it back changed, as `session.save()` would."""
    from sessions_app.services import participation  # noqa: PLC0415  # after django.setup()

    def changed_by(difference: int) -> Any:
        def count(session: Any, now: datetime | None = None) -> bool:
            row = type(session).objects.filter(pk=session.pk)
            return bool(row.update(participant_count=row.get().participant_count + difference))

        return count

    participation.count_in, participation.count_out = changed_by(+1), changed_by(-1)


def move_without_lock_or_swap() -> None:
    """Read the status and write the new one, without a lock or compare-and-swap."""
    from core.lifecycle import LifecycleQuerySet  # noqa: PLC0415  # after django.setup()
    from sessions_app.querysets import SessionQuerySet  # noqa: PLC0415

    def swap(self: Any, pk: Any, old: str, new: str, **changes: Any) -> bool:
        return bool(models.QuerySet.update(self.filter(pk=pk), status=new, **changes))

    LifecycleQuerySet.swap = swap  # type: ignore[method-assign]
    SessionQuerySet.locked = lambda self: self  # type: ignore[method-assign]


def decide_without_lock() -> None:
    """Check the request and the places, and then decide, without a lock."""
    from sessions_app.querysets import SessionQuerySet  # noqa: PLC0415  # after django.setup()

    SessionQuerySet.locked = lambda self: self  # type: ignore[method-assign]


def nothing_guarded() -> None:
    """Count and change statuses without locks or conditions, and lock rows in any order."""
    from notifications.querysets import NotificationQuerySet  # noqa: PLC0415
    from sessions_app.services import participation  # noqa: PLC0415

    def count_out(session: Any) -> bool:
        row = type(session).objects.filter(pk=session.pk)
        return bool(row.update(participant_count=models.F("participant_count") - 1))

    class EndParticipation:
        def run(self, *, session: int, user: int, now: datetime) -> int:
            participation.Participant.objects.filter(session=session, user=user).update(left_at=now)
            return 1

    move_without_lock_or_swap()
    count_without_condition()
    participation.count_out = count_out
    participation.end_participation = EndParticipation  # type: ignore[assignment]
    NotificationQuerySet.in_order = lambda self: self  # type: ignore[method-assign]


def deferred_transactions() -> None:
    """Use SQLite with Django's default options."""
    settings.DATABASES["default"]["OPTIONS"] = {}


if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    if os.environ["SABOTAGE"] == "deferred_transactions":
        deferred_transactions()
        django.setup()
    else:
        django.setup()
        globals()[os.environ["SABOTAGE"]]()
    call_command(*(sys.argv[1:] or ["run"]))
