"""All writes to group sessions: one function an act.

Each takes a session read with `seen_by(by)`, checks the table of actions on it, and then writes
so that the check still holds when two act at once: joining and leaving by conditional updates,
everything else with the session's row locked and checked again.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import F

from accounts.models import User
from core.errors import NOT_FOUND, PERMISSION_DENIED, APIError, declare, invalid
from core.lifecycle import check
from sessions_app.models import Participant, Session
from sessions_app.states import (
    ACTIONS,
    ALREADY_JOINED,
    INITIAL,
    OPEN,
    SESSION_FULL,
    Mode,
    Role,
    Status,
    Viewer,
)

NOT_INSTRUCTOR = declare("not_instructor", 403, "Only instructors can publish tutoring sessions.")
DATE_FIXED = declare("date_fixed", 400, "The date of a session that is ongoing can't be changed.")


class LostRaceError(Exception):
    """Somebody else moved between the check and the write; what was written is rolled back."""


def check_may_create(mode: str | None, *, by: User) -> None:
    """Raise 403 if this person can't create sessions of this mode (contract S2)."""
    if mode == Mode.INSTANT and by.role != "instructor":
        raise APIError(NOT_INSTRUCTOR)


def create(*, by: User, now: datetime, booking_mode: str, **fields: Any) -> Session:
    """Publish a session.

    Args:
        fields: validated, by the names of the columns; `duration` is in minutes.

    Raises:
        APIError: 403 if this person can't create sessions of this mode.
    """
    check_may_create(booking_mode, by=by)
    session = Session(
        creator=by,
        booking_mode=booking_mode,
        status=INITIAL[Mode(booking_mode)],
        created_at=now,
        updated_at=now,
        **fields,
    )
    session.ends_at = end_of(session)
    session.save()
    return session


def end_of(session: Session) -> datetime:
    return (session.started_at or session.date) + timedelta(minutes=session.duration)


def update(session: Session, *, by: User, now: datetime, **changes: Any) -> None:
    """Change a session's fields.

    Raises:
        APIError: 400 if it is over, if its date is to change while it runs, or if it would have
            fewer places than participants.
    """
    check(ACTIONS["update"], session, session.viewer(by, now))
    with transaction.atomic():
        row = lock(session, by)
        check(ACTIONS["update"], row, row.viewer(by, now))
        if row.status == Status.ONGOING and changes.get("date", row.date) != row.date:
            raise APIError(DATE_FIXED)
        if changes.get("max_participants", row.max_participants) < row.participant_count:
            raise invalid(
                "max_participants", f"{row.participant_count} people are in this session already."
            )
        for name, value in changes.items():
            setattr(row, name, value)
        row.ends_at, row.updated_at, row.version = end_of(row), now, row.version + 1
        row.save(update_fields=[*changes, "ends_at", "updated_at", "version"])


def delete(session: Session, *, by: User, now: datetime) -> None:
    """Remove a session and all that belongs to it."""
    with transaction.atomic():
        row = lock(session, by)
        check(ACTIONS["delete"], row, row.viewer(by, now))
        row.delete()


def start(session: Session, *, by: User, now: datetime) -> None:
    """Begin a session, also before its date; it then ends its duration after now."""
    with transaction.atomic():
        row = lock(session, by)
        ends_at = now + timedelta(minutes=row.duration)
        row.transition("start", by=row.viewer(by, now), now=now, started_at=now, ends_at=ends_at)


def complete(session: Session, *, by: User, now: datetime) -> None:
    """End a session that runs."""
    session.transition("complete", by=session.viewer(by, now), now=now)


def cancel(session: Session, *, by: User, now: datetime, reason: str = "") -> None:
    """Call a session off, with a reason for everyone concerned."""
    session.transition("cancel", by=session.viewer(by, now), now=now, cancel_reason=reason)


def join(session: Session, *, by: User, now: datetime) -> Participant:
    """Take a place in an instant session.

    Raises:
        APIError: 400 with the reason why not; however many join at once, no place is sold twice.
    """
    check(ACTIONS["join"], session, session.viewer(by, now))
    if session.booking_mode != Mode.INSTANT:
        raise APIError(PERMISSION_DENIED)
    try:
        with transaction.atomic():
            place = Participant.objects.create(session=session, user=by, joined_at=now)
            if not take_place(session, now):
                raise LostRaceError
    except IntegrityError:
        raise APIError(ALREADY_JOINED) from None
    except LostRaceError:
        # The place that was free a moment ago is taken, if nothing else has changed.
        check_again("join", session, by, now)
        raise APIError(SESSION_FULL) from None
    return place


def take_place(session: Session, now: datetime) -> bool:
    """Count one participant more, if there is a place and the session is open at this moment."""
    row = Session.objects.filter(pk=session.pk, status__in=OPEN, date__gt=now)
    free = row.filter(participant_count__lt=F("max_participants"))
    return bool(free.update(participant_count=F("participant_count") + 1, version=F("version") + 1))


def leave(session: Session, *, by: User, now: datetime) -> None:
    """Give one's place back.

    Raises:
        APIError: 400 if not in it, or if it runs or is over.
    """
    check(ACTIONS["leave"], session, session.viewer(by, now))
    try:
        with transaction.atomic():
            # The session first, as everywhere: the other order and a deletion block each other.
            places = Participant.objects.present().filter(session=session, user=by)
            if not (free_place(session) and places.update(left_at=now)):
                raise LostRaceError
    except LostRaceError:
        check_again("leave", session, by, now)
        raise APIError(NOT_FOUND) from None


def free_place(session: Session) -> bool:
    """Count one participant less, if the session is still open."""
    row = Session.objects.filter(pk=session.pk, status__in=OPEN, participant_count__gt=0)
    return bool(row.update(participant_count=F("participant_count") - 1, version=F("version") + 1))


def check_again(name: str, session: Session, by: User, now: datetime) -> None:
    """After a lost race: raise what the table says to the session as it is now."""
    row = Session.objects.seen_by(by).filter(pk=session.pk).first()
    if row is None:
        raise APIError(NOT_FOUND)
    check(ACTIONS[name], row, row.viewer(by, now))


def lock(session: Session, by: User) -> Session:
    """The session's row as it is now, held until the transaction ends.

    Raises:
        APIError: 404 if it was deleted meanwhile.
    """
    row: Session | None = Session.objects.locked().seen_by(by).filter(pk=session.pk).first()
    if row is None:
        raise APIError(NOT_FOUND)
    return row


def expire(pk: int, *, now: datetime) -> bool:
    """The clock's act: a session that nobody started is over. False if it no longer applies."""
    return _by_clock("expire", pk, now)


def complete_overdue(pk: int, *, now: datetime) -> bool:
    """The clock's act: a session that nobody completed is over. False if it no longer applies."""
    return _by_clock("complete", pk, now)


def _by_clock(name: str, pk: int, now: datetime) -> bool:
    with transaction.atomic():
        row = Session.objects.locked().seen_by_nobody().filter(pk=pk).first()
        if row is None:
            return False
        try:
            row.transition(name, by=Viewer(frozenset({Role.CLOCK}), now), now=now)
        except APIError:  # started, moved or ended since the job looked
            return False
    return True
