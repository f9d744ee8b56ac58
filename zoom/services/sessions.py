"""Creating 1-on-1 sessions, marking oneself ready, ending and cancelling. Each function locks the
session's row, then checks the table of actions against its current state."""

from __future__ import annotations

from contextlib import suppress
from datetime import datetime

from accounts.models import User
from core.errors import APIError, declare
from core.lifecycle import check
from core.observability.staff_log import log_staff_act
from friendships.services import ONESELF, check_friends, locked_pair
from notifications.events import (
    ONE_ON_ONE_CANCELLED,
    ONE_ON_ONE_CREATED,
    ONE_ON_ONE_ENDED,
    ONE_ON_ONE_READY,
    Event,
)
from zoom.client import Deadline
from zoom.events import EventType
from zoom.models import OneOnOneSession
from zoom.services.locking import locked_session
from zoom.services.meetings import action_deadline, end_at_once, must_end
from zoom.services.notify import log, notify_other
from zoom.states import ACTIONS, LIVE, Role, Status, Viewer

# The most sessions of a user that are stopped at once: the admin's page has to answer in time.
MAX_AT_ONCE = 500
NO_SUCH_PERSON = declare("no_such_person", 404, "There is no such person.")

# The log event and the notification for each final status of a session.
ENDINGS: dict[str, tuple[EventType, Event]] = {
    Status.COMPLETED: (EventType.ENDED, ONE_ON_ONE_ENDED),
    Status.CANCELLED: (EventType.CANCELLED, ONE_ON_ONE_CANCELLED),
}


def create(*, by: User, participant_id: int, now: datetime) -> OneOnOneSession:
    """Create a session with a friend.

    Raises:
        APIError: 404 if there is no such user, 400 if it is the caller, 403 if it isn't a friend.
    """
    other: User | None = User.objects.active().filter(pk=participant_id).first()
    if other is None:
        raise APIError(NO_SUCH_PERSON)
    if other == by:
        raise APIError(ONESELF)
    with locked_pair(by, other) as pair:
        check_friends(pair)
        row = OneOnOneSession(initiator=by, participant=other, created_at=now, updated_at=now)
        row.save()
        log(row, EventType.CREATED, by=by, now=now)
        notify_other(ONE_ON_ONE_CREATED, row, by=by, now=now)
    return row


def mark_ready(session: OneOnOneSession, *, by: User, now: datetime) -> None:
    """Mark the user as ready. Repeating it changes nothing.

    Raises:
        APIError: 400 if the session is over.
    """
    with locked_session(session.pk) as row:
        check(ACTIONS["ready"], row, row.viewer(by, now))
        field = "initiator_ready" if by.pk == row.initiator_id else "participant_ready"
        if getattr(row, field):
            return
        setattr(row, field, True)
        row.updated_at, row.version = now, row.version + 1
        row.save(update_fields=[field, "updated_at", "version"])
        log(row, EventType.READY, by=by, now=now)
        notify_other(ONE_ON_ONE_READY, row, by=by, now=now)


def leave(session: OneOnOneSession, *, by: User, now: datetime) -> None:
    """Record that the user left the meeting. They may join it again.

    Raises:
        APIError: 400 if the session isn't active.
    """
    with locked_session(session.pk) as row:
        check(ACTIONS["leave"], row, row.viewer(by, now))
        log(row, EventType.LEFT, by=by, now=now)


def end(session: OneOnOneSession, *, by: User, now: datetime) -> None:
    """End an active session, and its meeting.

    Raises:
        APIError: 400 if it isn't active.
    """
    with locked_session(session.pk) as row:
        finish(row, "end", viewer=row.viewer(by, now), by=by)
        end_at_once(row.zoom_meeting_id)


def cancel(session: OneOnOneSession, *, by: User, now: datetime) -> None:
    """Cancel a session, and end its meeting if there is one.

    Raises:
        APIError: 400 if it is over.
    """
    with locked_session(session.pk) as row:
        finish(row, "cancel", viewer=row.viewer(by, now), by=by)
        end_at_once(row.zoom_meeting_id)


def stop(
    session: OneOnOneSession,
    *,
    by: User,
    now: datetime,
    reason: str = "",
    deadline: Deadline | None = None,
) -> None:
    """End an active session and its meeting, or cancel a pending one, as a staff member.

    Args:
        reason: for the staff log only; the two people don't see it.
        deadline: for Zoom, if several sessions are stopped.

    Raises:
        APIError: 400 if it is over.
    """
    with locked_session(session.pk) as row:
        name = "complete" if row.status == Status.ACTIVE else "call_off"
        finish(row, name, viewer=Viewer(frozenset({Role.STAFF}), now), by=by)
        log_staff_act(row, by=by, now=now, what="Stopped", reason=reason)
        end_at_once(row.zoom_meeting_id, deadline=deadline)


def clear_away(person: User, *, by: User, now: datetime, reason: str) -> str:
    """Stop all sessions of a user whom staff deactivate, each in a transaction of its own. Return
    a sentence with their number."""
    if not by.has_perm("zoom.change_oneononesession"):
        return "Their 1-on-1 sessions stay: you may not change those."
    live = OneOnOneSession.objects.of(person).filter(status__in=LIVE)
    number, deadline = 0, action_deadline()
    for session in live.order_by("pk")[:MAX_AT_ONCE]:
        with suppress(APIError):  # it has ended since
            stop(session, by=by, now=now, reason=reason, deadline=deadline)
            number += 1
    return f"1-on-1 sessions stopped: {number}."


def end_sessions_of_pair(*, by: User, other: User, now: datetime) -> None:
    """End the pair's sessions, one after another, and their meetings, when a friendship ends."""
    meetings = []
    live = OneOnOneSession.objects.live_between(by, other).order_by("pk")
    for pk in list(live.values_list("pk", flat=True)):
        with locked_session(pk) as row:
            if row.status in LIVE:  # it may have ended since
                name = "end" if row.status == Status.ACTIVE else "cancel"
                finish(row, name, viewer=row.viewer(by, now), by=by)
                meetings.append(row.zoom_meeting_id)
    end_at_once(*meetings)


def call_off_overdue(pk: int, *, now: datetime) -> bool:
    """Cancel a session that nobody has started in time. False if that no longer applies."""
    return _by_scheduler(pk, "call_off", now)


def complete_overdue(pk: int, *, now: datetime) -> bool:
    """Complete a session that nobody has ended in time. False if that no longer applies."""
    return _by_scheduler(pk, "complete", now)


def _by_scheduler(pk: int, name: str, now: datetime) -> bool:
    try:
        with locked_session(pk) as row:
            finish(row, name, viewer=Viewer(frozenset({Role.CLOCK}), now), who="The clock")
    except APIError:  # started, ended or cancelled since the job looked
        return False
    return True


def finish(
    row: OneOnOneSession, name: str, *, viewer: Viewer, by: User | None = None, who: str = ""
) -> None:
    """Apply an action that ends a session. The row is locked.

    Args:
        by: who does it; None if it isn't a user.
        who: the name in the log if `by` is None.
    """
    row.transition(name, by=viewer, now=viewer.now, ended_at=viewer.now)
    if row.zoom_host:  # else it has no meeting at Zoom
        must_end(row.zoom_meeting_id, now=viewer.now)
    event_type, event = ENDINGS[row.status]
    log(row, event_type, by=by, who=who, now=viewer.now)
    notify_other(event, row, by=by, now=viewer.now)
