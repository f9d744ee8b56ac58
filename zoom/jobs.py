"""The scheduled jobs for 1-on-1 sessions (contract O2, O5). Each may run twice, even at the same
time: a session changes its status only once, and ending an ended meeting is no error."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.conf import settings

from zoom import services
from zoom.models import JoinToken, OneOnOneSession, WebhookEvent

# Zoom repeats an event for an hour and a half; sessions end after a day.
REMEMBERED = timedelta(days=7)


def call_off_one_on_ones(now: datetime) -> int:
    """Cancel sessions that nobody has started for a week, and return their number."""
    due = OneOnOneSession.objects.left_pending(now).values_list("pk", flat=True)
    return sum(services.call_off_overdue(pk, now=now) for pk in list(due))


def complete_one_on_ones(now: datetime) -> int:
    """Complete sessions that nobody has ended for a day, and return their number."""
    due = OneOnOneSession.objects.left_active(now).values_list("pk", flat=True)
    return sum(services.complete_overdue(pk, now=now) for pk in list(due))


def sweep_meetings(now: datetime) -> int:
    """Find the meetings of failed starts, and return their number."""
    return services.sweep(now)


def end_meetings(now: datetime) -> int:
    """End the meetings that must end at Zoom, and return the number of ended ones."""
    return services.end_due(now)


def watch_zoom_quota(now: datetime) -> int:
    """Update the metrics of Zoom's daily quota, and log warnings. Changes no rows."""
    services.report_quota(now)
    return 0


def forget_webhook_events(now: datetime) -> int:
    """Delete records of events that Zoom won't repeat any more, and return their number."""
    deleted, _ = WebhookEvent.objects.filter(received_at__lt=now - REMEMBERED).delete()
    return deleted


def forget_join_tokens(now: datetime) -> int:
    """Delete join tokens that expired long ago, used or not, and return their number."""
    ended = JoinToken.objects.filter(expires_at__lt=now - settings.JOIN_TOKENS_KEPT)
    deleted, _ = ended.delete()
    return deleted
