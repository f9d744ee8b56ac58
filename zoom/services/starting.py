"""Starting a session (contract O5): simultaneous starts create only one meeting.

A first transaction claims the start, the meeting is created outside any transaction, and a second
one stores it in the session if the claim still holds. A claim expires, so that a crashed process
blocks nobody for long; `sweep` finds the meeting it may have created.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from django.conf import settings
from django.utils import timezone

from accounts.models import User
from core.db.connections import release_connection
from core.errors import APIError
from core.lifecycle import check
from core.observability import metrics
from friendships.services import NOT_FRIENDS, are_friends, write
from notifications.events import ONE_ON_ONE_STARTED
from notifications.services import name_of
from zoom import client
from zoom.client import Meeting
from zoom.events import EventType
from zoom.models import OneOnOneSession, StartAttempt
from zoom.services import stand_in
from zoom.services.locking import locked_session
from zoom.services.meetings import end_at_once, end_claim, must_end, settle
from zoom.services.notify import log, notify_other
from zoom.services.quota import check_limits, start_of_day
from zoom.services.sessions import NO_SUCH_PERSON
from zoom.states import ACTIONS

# Longer than the client ever waits for Zoom. A crashed start blocks others for this time.
LEASE = timedelta(seconds=30)
# The errors after which no meeting can exist. After any other error it may exist.
NOTHING_MADE = {
    code.code for code in (client.ZOOM_NOT_CONFIGURED, client.ZOOM_UNREACHABLE, client.ZOOM_BUSY)
}


@metrics.count_action("start_one_on_one")
def start(session: OneOnOneSession, *, by: User, now: datetime) -> None:
    """Create the meeting, and send its address to the other person.

    Raises:
        APIError: 400 if the session is started, being started or over; 404 if the other person's
            account isn't active, 403 if they are no longer friends; 429 after too many starts;
            502, 503 or 504 if Zoom fails. In all these cases nothing has changed.
    """
    attempt = claim_start(session, by=by, now=now)
    try:
        meeting = make_meeting(attempt)
    except Exception as failure:
        release(attempt, failure)
        raise
    # Read the time again, since the call to Zoom may have taken long.
    now = timezone.now()
    try:
        activate(attempt, meeting, now=now)
    except APIError:  # cancelled meanwhile, or too slow
        discard(attempt, meeting, now=now)
        raise


def claim_start(session: OneOnOneSession, *, by: User, now: datetime) -> StartAttempt:
    """Claim the start for `LEASE`, so that nobody else can start the session meanwhile.

    Raises:
        APIError: 400, 403, 404 and 429, as for `start`.
    """
    with locked_session(session.pk) as row:
        check(ACTIONS["start"], row, row.viewer(by, now))
        check_other(row, by)
        check_limits(row, by=by, now=now)
        host = "" if stand_in.serves() else least_busy_host(now)
        attempt = StartAttempt.objects.create(
            session=row, by=by, host=host, created_at=now, settled=not host
        )
        row.start_marker, row.start_until = attempt.marker, now + LEASE
        row.save(update_fields=["start_marker", "start_until"])
    return attempt


def check_other(row: OneOnOneSession, by: User) -> None:
    """Check that the other person is still active and a friend.

    Raises:
        APIError: 404 if their account isn't active, 403 if they are no longer friends.
    """
    if not row.other(by).is_active:
        raise APIError(NO_SUCH_PERSON)
    if not are_friends(*row.people):
        raise APIError(NOT_FRIENDS)


def least_busy_host(now: datetime) -> str:
    """Return the host with the fewest active meetings and, among those, the fewest attempts today:
    on Zoom's smaller plans a host can hold one meeting at a time. Hosts that have reached their
    daily limit by our count come last; whether they really have is for Zoom to decide."""
    meetings = OneOnOneSession.objects.active_by_host()
    today = StartAttempt.objects.number_by_host(start_of_day(now))

    def load(host: str) -> tuple[bool, int, int]:
        tried, counted = today.get(host, (0, 0))
        return counted >= settings.ZOOM_MEETINGS_PER_HOST, meetings.get(host, 0), tried

    return min(client.hosts(), key=load)


def make_meeting(attempt: StartAttempt) -> Meeting:
    if stand_in.serves():
        return stand_in.make_meeting()
    initiator, participant = attempt.session.people
    release_connection()
    return client.create_meeting(
        topic=f"{name_of(initiator)} and {name_of(participant)}",
        marker=attempt.marker.hex,
        host=attempt.host,
        starts_at=attempt.created_at,
        deadline=client.Deadline(),
    )


def release(attempt: StartAttempt, failure: Exception) -> None:
    """Release the claim. If Zoom may have created a meeting nevertheless, `sweep` ends it."""
    end_claim(attempt)
    if isinstance(failure, APIError) and failure.code in NOTHING_MADE:
        settle(attempt, counts=False)


def activate(attempt: StartAttempt, meeting: Meeting, *, now: datetime) -> None:
    """Store the meeting in the session, and notify the other person.

    Raises:
        APIError: 400 if the claim no longer holds or the session is over; 404 and 403, as
            for `check_other`.
    """
    by = attempt.by
    with locked_session(attempt.session_id) as row:
        row.transition(
            "activate",
            by=row.viewer(by, now, marker=attempt.marker),
            now=now,
            started_by=by,
            started_at=now,
            start_until=None,
            zoom_meeting_id=meeting.id,
            zoom_meeting_url=meeting.join_url,
            zoom_meeting_password=meeting.password,
            zoom_host=attempt.host,
        )
        check_other(row, by)
        settle(attempt)
        log(row, EventType.STARTED, by=by, now=now)
        log(row, EventType.ZOOM_LINK_GENERATED, by=by, now=now, meeting_id=meeting.id)
        text = invitation(by, meeting)
        write(by=by, to=row.other(by), text=text, now=now, session_id=row.pk)
        notify_other(ONE_ON_ONE_STARTED, row, by=by, now=now)


def invitation(by: User, meeting: Meeting) -> str:
    """Return the chat message. With `ZOOM_GATED` it has no link: a join token is needed."""
    if settings.ZOOM_GATED:
        return f"{name_of(by)} has started the session: mark yourself ready to join it."
    passcode = f" (passcode: {meeting.password})" if meeting.password else ""
    return f"{name_of(by)} has started the session. Join it here: {meeting.join_url}{passcode}"


def discard(attempt: StartAttempt, meeting: Meeting, *, now: datetime) -> None:
    """End a meeting that was created too late, immediately or by a scheduled job."""
    with locked_session(attempt.session_id):
        settle(attempt)
        if attempt.host:
            must_end(meeting.id, now=now)
            end_at_once(meeting.id)
