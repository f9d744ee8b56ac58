"""Ending meetings at Zoom, and finding the meetings of failed starts. Both are recorded in rows
first, so that the work survives crashes and outages of Zoom."""

from __future__ import annotations

import logging
from collections.abc import Collection
from datetime import datetime, timedelta

from django.db import transaction
from django.utils import timezone

from core.db.connections import release_connection
from core.db.retries import try_row, work_off
from core.errors import APIError
from zoom import client
from zoom.models import OneOnOneSession, PendingMeetingEnd, StartAttempt

logger = logging.getLogger(__name__)

# Seconds that an action waits for Zoom to end meetings; scheduled jobs do the rest. Zoom expects
# answers to its webhook calls within three seconds.
ACTION_SECONDS = 2.5
# A meeting that Zoom hasn't listed after this time wasn't created.
CLEAR = timedelta(minutes=5)


def action_deadline() -> client.Deadline:
    """Return the deadline for an action that waits for Zoom, counted from now."""
    return client.Deadline(ACTION_SECONDS)


def must_end(meeting_id: str, *, now: datetime) -> None:
    """Record that this meeting must end. A scheduled job ends it."""
    PendingMeetingEnd.objects.bulk_create(
        [PendingMeetingEnd(meeting_id=meeting_id, created_at=now, next_try_at=now)],
        ignore_conflicts=True,
    )


def end_at_once(*meeting_ids: str, deadline: client.Deadline | None = None) -> None:
    """After the commit, try once to end meetings for which `must_end` was called.

    Args:
        deadline: for actions that end several sessions, in several transactions; by default
            `ACTION_SECONDS` from the commit on.
    """
    # No `partial`: Django logs the function's name if it raises an error.
    transaction.on_commit(
        lambda: try_to_end(meeting_ids, deadline or action_deadline()), robust=True
    )


def try_to_end(meeting_ids: Collection[str], deadline: client.Deadline) -> None:
    """Try to end each meeting once until the deadline. Failures are logged; scheduled jobs retry
    them and do the rest."""
    for row in PendingMeetingEnd.objects.filter(meeting_id__in=meeting_ids).order_by("pk"):
        if not deadline.remaining():
            return
        try_row(
            PendingMeetingEnd.objects.all(),
            row,
            lambda each: end_at_zoom(each, deadline),
            now=timezone.now(),
        )


def end_due(now: datetime) -> int:
    """Retry all meetings that are due, and return the number of ended ones."""
    return work_off(PendingMeetingEnd.objects.all(), end_with_full_deadline, now=now)


def end_with_full_deadline(row: PendingMeetingEnd) -> None:
    end_at_zoom(row, client.Deadline())


def end_at_zoom(row: PendingMeetingEnd, deadline: client.Deadline) -> None:
    release_connection()
    client.end_meeting(row.meeting_id, deadline=deadline)
    row.delete()


def sweep(now: datetime) -> int:
    """Find the meetings of failed starts, and have them ended.

    Only meetings with the marker of such a start are touched: others may use the same account.

    Returns:
        The number of meetings found.
    """
    lost = list(StartAttempt.objects.lost(now))
    # One deadline for all hosts, since other scheduled jobs wait for this one.
    deadline = client.Deadline()
    return sum(
        sweep_host(host, [each for each in lost if each.host == host], now, deadline)
        for host in {attempt.host for attempt in lost}
    )


def sweep_host(
    host: str, lost: list[StartAttempt], now: datetime, deadline: client.Deadline
) -> int:
    release_connection()
    try:
        meetings = client.marked_meetings(host, deadline=deadline)
    except APIError as error:
        logger.warning("The meetings of a host at Zoom can't be listed now: %s", error)
        return 0
    by_marker = {attempt.marker.hex: attempt for attempt in lost}
    orphans = [(meeting, by_marker[marker]) for meeting, marker in meetings if marker in by_marker]
    found = sum(give_up(attempt, meeting, now) for meeting, attempt in orphans)
    # Newer attempts are checked again later: Zoom may still be creating their meetings.
    old = StartAttempt.objects.filter(created_at__lt=now - CLEAR, settled=False)
    never_made = old.filter(marker__in=[attempt.marker for attempt in lost])
    never_made.update(settled=True, counts=False)
    return found


def give_up(attempt: StartAttempt, meeting_id: str, now: datetime) -> bool:
    """Have the meeting of a failed start ended, unless the session has got it meanwhile. A start
    that is in fact still in progress (because this clock is ahead) loses its claim and fails."""
    with transaction.atomic():
        list(OneOnOneSession.objects.locked().filter(pk=attempt.session_id).values_list("pk"))
        if not StartAttempt.objects.filter(pk=attempt.pk, settled=False).exists():
            return False
        end_claim(attempt)
        must_end(meeting_id, now=now)
        settle(attempt)
    return True


def settle(attempt: StartAttempt, **changes: bool) -> None:
    """Record that the outcome of the attempt is known, together with other changes of its row."""
    StartAttempt.objects.filter(pk=attempt.pk).update(settled=True, **changes)


def end_claim(attempt: StartAttempt) -> None:
    """Release the attempt's claim on the session, unless another attempt has claimed it."""
    mine = OneOnOneSession.objects.filter(pk=attempt.session_id, start_marker=attempt.marker)
    mine.update(start_marker=None, start_until=None)
