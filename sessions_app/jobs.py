"""What the clock does for group sessions (contract S14). Each job may run twice, or twice at
once: a session's status moves only once."""

from __future__ import annotations

from datetime import datetime

from django.conf import settings

from sessions_app import services
from sessions_app.models import Session
from sessions_app.states import OPEN, Status


def send_reminders(now: datetime) -> int:
    """Remind people of sessions that begin soon (contract N3); of how many sessions.

    The shortest lead time comes first: who hears that it begins within the hour needs no word
    about tomorrow, also when the clock has stood still for a day.
    """
    number = 0
    for lead in sorted(settings.REMINDER_LEADS):
        due = Session.objects.to_remind(now, lead).values_list("pk", flat=True)
        number += sum(services.remind(pk, lead, now=now) for pk in list(due))
    return number


def expire_sessions(now: datetime) -> int:
    """Expire what was never started and whose time is past; returns how many."""
    due = Session.objects.past_their_end(now, *OPEN).values_list("pk", flat=True)
    return sum(services.expire(pk, now=now) for pk in list(due))


def complete_sessions(now: datetime) -> int:
    """Complete what was left running long after its end; returns how many."""
    moment = now - settings.SESSION_COMPLETION_GRACE
    due = Session.objects.past_their_end(moment, Status.ONGOING).values_list("pk", flat=True)
    return sum(services.complete_overdue(pk, now=now) for pk in list(due))
