"""Erasing a user from 1-on-1 sessions: ends their sessions, replaces their name in the log."""

from __future__ import annotations

from datetime import datetime

from django.db.models import Q

from accounts.models import User
from zoom import services
from zoom.events import SENTENCES, EventType
from zoom.models import AuditEntry, OneOnOneSession, WebhookEvent
from zoom.services.webhooks import digest_of
from zoom.states import LIVE


def end_all(user: User, *, now: datetime) -> int:
    """End the user's pending and active sessions, and return the number of other people in them."""
    live = (
        OneOnOneSession.objects.of(user)
        .filter(status__in=LIVE)
        .select_related("initiator", "participant")
    )
    others = {session.other(user) for session in live}
    for other in sorted(others, key=lambda each: each.pk):
        services.end_sessions_of_pair(by=user, other=other, now=now)
    return len(others)


def rename(user: User, name: str) -> int:
    """Replace the user's name in the log, and return the number of changed entries."""
    entries = AuditEntry.objects.filter(user=user)
    renamed = 0
    for event_type in EventType:
        message = SENTENCES[event_type].format(who=name)
        renamed += entries.filter(~Q(message=message), event_type=event_type).reword(message)
    return renamed


def forget_at_zoom(email: str, name: str) -> None:
    """Replace the digest of the e-mail address in Zoom's events: it would identify the person."""
    WebhookEvent.objects.filter(person=digest_of(email.lower())).update(person=digest_of(name))
