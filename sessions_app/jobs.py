"""The scheduler's jobs for group sessions (contract S14). A job may run twice, even at the same
time: each session's status changes only once."""

from __future__ import annotations

from datetime import datetime

from django.conf import settings

from sessions_app import services
from sessions_app.models import Session
from sessions_app.states import OPEN, Status


def send_reminders(now: datetime) -> int:
    """Remind people of sessions that begin soon (contract N3). Return the number of sessions.

    The shortest lead time comes first: people who are reminded an hour before need no reminder of
    the day before, even if the scheduler was stopped for a day.
    """
    number = 0
    for lead in sorted(settings.REMINDER_LEADS):
        due = Session.objects.to_remind(now, lead).values_list("pk", flat=True)
        number += sum(services.remind(pk, lead, now=now) for pk in list(due))
    return number


def expire_sessions(now: datetime) -> int:
    """Expire sessions that were never started and are past their end. Return their number."""
    due = Session.objects.past_their_end(now, *OPEN).values_list("pk", flat=True)
    return sum(services.expire(pk, now=now) for pk in list(due))


def complete_sessions(now: datetime) -> int:
    """Complete sessions left running long past their end. Return their number."""
    moment = now - settings.SESSION_COMPLETION_GRACE
    due = Session.objects.past_their_end(moment, Status.ONGOING).values_list("pk", flat=True)
    return sum(services.complete_overdue(pk, now=now) for pk in list(due))
