"""What the clock does for 1-on-1 sessions (contract O2, O5). Each job may run twice, or twice at
once: a session's status moves only once, and what is gone at Zoom is gone."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.conf import settings

from zoom import services
from zoom.models import JoinToken, OneOnOneSession, WebhookEvent

# Zoom sends an event again for an hour and a half; sessions are over after a day.
REMEMBERED = timedelta(days=7)


def call_off_one_on_ones(now: datetime) -> int:
    """Cancel what nobody has started for a week; returns how many."""
    due = OneOnOneSession.objects.left_pending(now).values_list("pk", flat=True)
    return sum(services.call_off_overdue(pk, now=now) for pk in list(due))


def complete_one_on_ones(now: datetime) -> int:
    """Complete what nobody has ended for a day; returns how many."""
    due = OneOnOneSession.objects.left_active(now).values_list("pk", flat=True)
    return sum(services.complete_overdue(pk, now=now) for pk in list(due))


def sweep_meetings(now: datetime) -> int:
    """Find meetings that were made for starts which came to nothing; returns how many."""
    return services.sweep(now)


def end_meetings(now: datetime) -> int:
    """End at Zoom what must end there; returns how many meetings are gone now."""
    return services.end_due(now)


def watch_zoom_quota(now: datetime) -> int:
    """Tell the figures and the log how much of Zoom's day is used up; changes nothing."""
    services.report_quota(now)
    return 0


def forget_webhook_events(now: datetime) -> int:
    """Delete the marks of events that can't come again; returns how many."""
    deleted, _ = WebhookEvent.objects.filter(received_at__lt=now - REMEMBERED).delete()
    return deleted


def forget_join_tokens(now: datetime) -> int:
    """Delete the join tokens that ended long ago, used or not; returns how many."""
    ended = JoinToken.objects.filter(expires_at__lt=now - settings.JOIN_TOKENS_KEPT)
    deleted, _ = ended.delete()
    return deleted
