"""What the clock does for group sessions (contract S14). Each job may run twice, or twice at
once: a session's status moves only once."""

from __future__ import annotations

from datetime import datetime

from django.conf import settings

from sessions_app import services
from sessions_app.models import Session
from sessions_app.states import OPEN, Status


def expire_sessions(now: datetime) -> int:
    """Expire what was never started and whose time is past; returns how many."""
    due = Session.objects.past_their_end(now, *OPEN).values_list("pk", flat=True)
    return sum(services.expire(pk, now=now) for pk in list(due))


def complete_sessions(now: datetime) -> int:
    """Complete what was left running long after its end; returns how many."""
    moment = now - settings.SESSION_COMPLETION_GRACE
    due = Session.objects.past_their_end(moment, Status.ONGOING).values_list("pk", flat=True)
    return sum(services.complete_overdue(pk, now=now) for pk in list(due))
