"""Making 1-on-1 sessions, being ready for them, and bringing them to an end. Each act holds the
session's row and checks the table of actions on the row as it is then."""

from __future__ import annotations

from contextlib import suppress
from datetime import datetime

from accounts.models import User
from core.errors import APIError, declare
from core.lifecycle import check
from core.staff_log import log_staff_act
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
from zoom.services.meetings import end_at_once, must_end, patience
from zoom.services.notify import log, notify_other
from zoom.states import ACTIONS, LIVE, Role, Status, Viewer

# So many are stopped of one person at once: a page has to come back.
MAX_AT_ONCE = 500
NO_SUCH_PERSON = declare("no_such_person", 404, "There is no such person.")

# What a session's last status is called in its log and in the news.
ENDINGS: dict[str, tuple[EventType, Event]] = {
    Status.COMPLETED: (EventType.ENDED, ONE_ON_ONE_ENDED),
    Status.CANCELLED: (EventType.CANCELLED, ONE_ON_ONE_CANCELLED),
}


def create(*, by: User, participant_id: int, now: datetime) -> OneOnOneSession:
    """Offer a friend a session.

    Raises:
        APIError: 404 if there is no such person, 400 if it is oneself, 403 if it is no friend.
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
    """Say that one is ready; again changes nothing.

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
    """Note that one has left the meeting; one may join it again.

    Raises:
        APIError: 400 if the session isn't active.
    """
    with locked_session(session.pk) as row:
        check(ACTIONS["leave"], row, row.viewer(by, now))
        log(row, EventType.LEFT, by=by, now=now)


def end(session: OneOnOneSession, *, by: User, now: datetime) -> None:
    """End a session that goes on, and its meeting.

    Raises:
        APIError: 400 if it isn't active.
    """
    with locked_session(session.pk) as row:
        finish(row, "end", viewer=row.viewer(by, now), by=by)
        end_at_once(row.zoom_meeting_id)


def cancel(session: OneOnOneSession, *, by: User, now: datetime) -> None:
    """Call a session off, and end its meeting if there is one.

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
    """The staff's act: end a session that goes on, and its meeting; call off one that waits.

    Args:
        reason: for the log of staff acts; the two don't hear it.
        deadline: for Zoom, of whoever stops several.

    Raises:
        APIError: 400 if it is over.
    """
    with locked_session(session.pk) as row:
        name = "complete" if row.status == Status.ACTIVE else "call_off"
        finish(row, name, viewer=Viewer(frozenset({Role.STAFF}), now), by=by)
        log_staff_act(row, by=by, now=now, what="Stopped", reason=reason)
        end_at_once(row.zoom_meeting_id, deadline=deadline)


def clear_away(person: User, *, by: User, now: datetime, reason: str) -> str:
    """Stop all sessions of somebody whom the staff throw out, each in a transaction of its own;
    how many there were, as a sentence."""
    if not by.has_perm("zoom.change_oneononesession"):
        return "Their 1-on-1 sessions stay: you may not change those."
    live = OneOnOneSession.objects.of(person).filter(status__in=LIVE)
    number, deadline = 0, patience()
    for session in live.order_by("pk")[:MAX_AT_ONCE]:
        with suppress(APIError):  # it has ended since
            stop(session, by=by, now=now, reason=reason, deadline=deadline)
            number += 1
    return f"1-on-1 sessions stopped: {number}."


def end_sessions_of_pair(*, by: User, other: User, now: datetime) -> None:
    """What ends with a friendship: the pair's sessions, each held in turn, and their meetings."""
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
    """The clock's act: nobody has started it. False if that no longer applies."""
    return _by_clock(pk, "call_off", now)


def complete_overdue(pk: int, *, now: datetime) -> bool:
    """The clock's act: nobody has ended it. False if that no longer applies."""
    return _by_clock(pk, "complete", now)


def _by_clock(pk: int, name: str, now: datetime) -> bool:
    try:
        with locked_session(pk) as row:
            finish(row, name, viewer=Viewer(frozenset({Role.CLOCK}), now), who="The clock")
    except APIError:  # started, ended or cancelled since the job looked
        return False
    return True


def finish(
    row: OneOnOneSession, name: str, *, viewer: Viewer, by: User | None = None, who: str = ""
) -> None:
    """Do one of the table's actions that end a session. The row is held.

    Args:
        by: who does it; None if that isn't somebody with an account.
        who: how the log then calls them.
    """
    row.transition(name, by=viewer, now=viewer.now, ended_at=viewer.now)
    if row.zoom_host:  # else it has no meeting at Zoom
        must_end(row.zoom_meeting_id, now=viewer.now)
    event_type, event = ENDINGS[row.status]
    log(row, event_type, by=by, who=who, now=viewer.now)
    notify_other(event, row, by=by, now=viewer.now)
