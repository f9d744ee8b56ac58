"""What is done at Zoom besides starting: meetings that must end, and meetings that were made and
lost. Both are rows that outlive a crash, and a Zoom that is down."""

from __future__ import annotations

import logging
from collections.abc import Collection
from datetime import datetime, timedelta

from django.db import transaction
from django.utils import timezone

from core.connections import release_connection
from core.errors import APIError
from core.retries import try_row, work_off
from zoom import client
from zoom.models import OneOnOneSession, PendingMeetingEnd, StartAttempt

logger = logging.getLogger(__name__)

# Seconds that whoever ends sessions waits for Zoom; the clock goes on from there. Zoom itself,
# when it tells of an end, wants its answer within three.
PATIENCE = 2.5
# What Zoom hasn't listed by then it hasn't made.
CLEAR = timedelta(minutes=5)


def patience() -> client.Deadline:
    """How long an act waits for Zoom, from now on."""
    return client.Deadline(PATIENCE)


def must_end(meeting_id: str, *, now: datetime) -> None:
    """Write down that this meeting must end; the clock sees to it."""
    PendingMeetingEnd.objects.bulk_create(
        [PendingMeetingEnd(meeting_id=meeting_id, created_at=now, next_try_at=now)],
        ignore_conflicts=True,
    )


def end_at_once(*meeting_ids: str, deadline: client.Deadline | None = None) -> None:
    """After the commit, try once to end meetings of which it is written down that they must.

    Args:
        deadline: of acts that end several sessions, in several transactions; `PATIENCE` from the
            commit on unless given.
    """
    # No `partial`: Django names the function when it logs what a robust one raises.
    transaction.on_commit(lambda: try_to_end(meeting_ids, deadline or patience()), robust=True)


def try_to_end(meeting_ids: Collection[str], deadline: client.Deadline) -> None:
    """One try for each while there is time; what fails is logged and, as the rest, left to the
    clock."""
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
    """Try again what is due; how many meetings are gone now."""
    return work_off(PendingMeetingEnd.objects.all(), end_patiently, now=now)


def end_patiently(row: PendingMeetingEnd) -> None:
    end_at_zoom(row, client.Deadline())


def end_at_zoom(row: PendingMeetingEnd, deadline: client.Deadline) -> None:
    release_connection()
    client.end_meeting(row.meeting_id, deadline=deadline)
    row.delete()


def sweep(now: datetime) -> int:
    """Find the meetings that were made for starts which came to nothing, and have them ended.

    Only meetings with the marker of such a start are touched: others may use the same account.

    Returns:
        how many meetings were found.
    """
    lost = list(StartAttempt.objects.lost(now))
    # One for all hosts: the clock's other jobs wait for this one.
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
    # A younger one is looked up again: Zoom may still be making its meeting.
    old = StartAttempt.objects.filter(created_at__lt=now - CLEAR, settled=False)
    never_made = old.filter(marker__in=[attempt.marker for attempt in lost])
    never_made.update(settled=True, counts=False)
    return found


def give_up(attempt: StartAttempt, meeting_id: str, now: datetime) -> bool:
    """Have the meeting of a lost start ended, unless it has come to its session meanwhile. A start
    that lives after all, as by a clock that goes ahead, finds its claim gone."""
    with transaction.atomic():
        list(OneOnOneSession.objects.locked().filter(pk=attempt.session_id).values_list("pk"))
        if not StartAttempt.objects.filter(pk=attempt.pk, settled=False).exists():
            return False
        end_claim(attempt)
        must_end(meeting_id, now=now)
        settle(attempt)
    return True


def settle(attempt: StartAttempt, **also: bool) -> None:
    """Note that it is known what became of the attempt's meeting, and what else is known."""
    StartAttempt.objects.filter(pk=attempt.pk).update(settled=True, **also)


def end_claim(attempt: StartAttempt) -> None:
    """Let the next one try to start the session, unless somebody does already."""
    mine = OneOnOneSession.objects.filter(pk=attempt.session_id, start_marker=attempt.marker)
    mine.update(start_marker=None, start_until=None)
