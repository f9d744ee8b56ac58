"""Creating, changing and deleting sessions, and changing their status. Each act locks the session's
row, reads it again and checks the table of actions on it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction

from accounts.models import Role as AccountRole
from accounts.models import User
from core.errors import APIError, declare, invalid
from core.lifecycle import check
from core.observability.staff_log import log_staff_act
from materials.services import abandon_all
from notifications.events import (
    APPROVED,
    COMPLETED,
    EXPIRED,
    REQUEST_CLOSED,
    RESCHEDULED,
    STARTED,
)
from notifications.mails import recall_reminders
from notifications.services import forget_session
from sessions_app.models import BookingRequest, Session
from sessions_app.services.locking import lock_row, locked_session
from sessions_app.services.notify import (
    notify_cancelled,
    notify_creator,
    notify_deleted,
    notify_participants,
    notify_people,
)
from sessions_app.states import (
    ACTIONS,
    INITIAL,
    Mode,
    Role,
    Status,
    Viewer,
    staff_approves,
    waits_for_staff,
)

NOT_INSTRUCTOR = declare("not_instructor", 403, "Only instructors can publish tutoring sessions.")
DATE_FIXED = declare("date_fixed", 400, "The date of a session that is ongoing can't be changed.")


def check_may_create(mode: str | None, *, by: User) -> None:
    """Raise 403 if this user can't create sessions of this mode (contract S2)."""
    if mode == Mode.INSTANT and by.role != AccountRole.INSTRUCTOR:
        raise APIError(NOT_INSTRUCTOR)


def create(*, by: User, now: datetime, booking_mode: str, **fields: Any) -> Session:
    """Create a session.

    Args:
        fields: validated values by column name; `duration` is in minutes.

    Raises:
        APIError: 403 if this user can't create sessions of this mode.
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


def update(session: Session, *, by: User, now: datetime, status: str = "", **changes: Any) -> None:
    """Change a session's fields and, if one is given, its status, in one transaction.

    Raises:
        APIError: 400 if the session is over, if its date would change while it is ongoing, if it
            would have fewer places than participants, or if it can't have this status.
    """
    with locked_session(session, by) as row:
        check(ACTIONS["update"], row, row.viewer(by, now))
        changes = {name: new for name, new in changes.items() if getattr(row, name) != new}
        if changes:
            apply_changes(row, changes, now)
        if status:
            move_to(status, row, row.viewer(by, now), now)


def apply_changes(row: Session, changes: dict[str, Any], now: datetime) -> None:
    if changes.get("max_participants", row.max_participants) < row.participant_count:
        raise invalid(
            "max_participants", f"This session already has {row.participant_count} participants."
        )
    if "date" in changes and row.status == Status.ONGOING:
        raise APIError(DATE_FIXED)
    for name, value in changes.items():
        setattr(row, name, value)
    if "date" in changes:
        # For the new date, the reminders are sent again.
        row.reminded_lead, row.reminder_round = None, row.reminder_round + 1
    row.ends_at, row.updated_at, row.version = end_of(row), now, row.version + 1
    derived = ("ends_at", "reminded_lead", "reminder_round", "updated_at", "version")
    row.save(update_fields=[*changes, *derived])
    if "date" in changes:
        recall_reminders(row.pk, now=now)
        notify_participants(RESCHEDULED, row, now)


def move_to(status: str, row: Session, viewer: Viewer, now: datetime) -> None:
    """Change the status to the one in a PUT (contract S6). Sending the current one does nothing."""
    moves = {
        Status.APPROVED: move_approve,
        Status.ONGOING: move_start,
        Status.COMPLETED: move_complete,
        Status.CANCELLED: move_cancel,
    }
    is_current = status == row.status
    was_passed = status == Status.APPROVED and row.status == Status.SCHEDULED
    if is_current or was_passed:
        return
    if status not in moves:
        raise invalid("status", f"Status can be set to: {', '.join(moves)}.")
    moves[Status(status)](row, viewer, now)


def delete(session: Session, *, by: User, now: datetime) -> None:
    """Delete a session and everything that belongs to it."""
    with locked_session(session, by) as row:
        check(ACTIONS["delete"], row, row.viewer(by, now))
        recall_reminders(row.pk, now=now)
        notify_deleted(row, now)
        abandon_all(row.pk, now=now)
        forget_session(row.pk)
        row.delete()


def approve(session: Session, *, by: User, now: datetime, in_admin: bool = False) -> None:
    """Approve a `request` session, as the approval policy allows (contract S9).

    Args:
        in_admin: whether this happens in the admin, where acts are logged as the staff's, even on
            the user's own session.
    """
    with locked_session(session, by) as row:
        viewer = row.viewer(by, now)
        move_approve(row, viewer, now)
        if in_admin or staff_approves() or acts_as_staff(viewer):
            log_staff_act(row, by=by, now=now, what="Approved")


def start(session: Session, *, by: User, now: datetime) -> None:
    """Start a session, even before its date. Its end becomes the current time plus its duration."""
    with locked_session(session, by) as row:
        move_start(row, row.viewer(by, now), now)


def complete(session: Session, *, by: User, now: datetime) -> None:
    """Complete an ongoing session."""
    with locked_session(session, by) as row:
        move_complete(row, row.viewer(by, now), now)


def cancel(
    session: Session, *, by: User, now: datetime, reason: str = "", in_admin: bool = False
) -> None:
    """Cancel a session, with a reason that the notifications contain. If staff cancel a session
    that waits for their approval, this is logged as a refusal.

    Args:
        in_admin: as in `approve`.
    """
    with locked_session(session, by) as row:
        viewer, waited = row.viewer(by, now), waits_for_staff(row)
        move_cancel(row, viewer, now, reason)
        if in_admin or acts_as_staff(viewer):
            what = "Refused" if waited else "Cancelled"
            log_staff_act(row, by=by, now=now, what=what, reason=reason)


def acts_as_staff(viewer: Viewer) -> bool:
    """Whether the user acts as staff, not as the session's creator."""
    return Role.STAFF in viewer.roles and Role.CREATOR not in viewer.roles


def move_approve(row: Session, viewer: Viewer, now: datetime) -> None:
    row.transition("approve", by=viewer, now=now, approved_at=now)
    notify_creator(APPROVED, row, viewer, now)


def move_start(row: Session, viewer: Viewer, now: datetime) -> None:
    ends_at = now + timedelta(minutes=row.duration)
    row.transition("start", by=viewer, now=now, started_at=now, ends_at=ends_at)
    recall_reminders(row.pk, now=now)
    notify_participants(STARTED, row, now)
    close_requests(row, viewer, became="started")


def move_complete(row: Session, viewer: Viewer, now: datetime) -> None:
    row.transition("complete", by=viewer, now=now)
    notify_participants(COMPLETED, row, now)


def move_cancel(
    row: Session, viewer: Viewer, now: datetime, reason: str = "", name: str = "cancel"
) -> None:
    waited = waits_for_staff(row)
    row.transition(name, by=viewer, now=now, cancel_reason=reason)
    recall_reminders(row.pk, now=now)
    notify_cancelled(row, viewer, now, reason, waited=waited)
    close_requests(row, viewer)


def move_expire(row: Session, viewer: Viewer, now: datetime) -> None:
    row.transition("expire", by=viewer, now=now)
    notify_participants(EXPIRED, row, now)
    close_requests(row, viewer, became="over")


def close_requests(row: Session, viewer: Viewer, became: str = "") -> None:
    """Reject the pending requests, since nobody can decide them any more.

    Args:
        became: what the session became, for the notification of those who asked; "" if they have
            been notified of it already.
    """
    closed = BookingRequest.transition_many(
        row.booking_requests.pending(),
        "close",
        by=viewer,
        now=viewer.now,
        decided_at=viewer.now,
    )
    if became:
        askers = [request.user_id for request in closed]
        notify_people(REQUEST_CLOSED, row, askers, viewer.now, status=became)


def expire(pk: int, *, now: datetime) -> bool:
    """Expire a session that nobody started. Return False if this no longer applies."""
    return _by_scheduler(pk, move_expire, now)


def complete_overdue(pk: int, *, now: datetime) -> bool:
    """Complete a session that nobody completed. Return False if this no longer applies."""
    return _by_scheduler(pk, move_complete, now)


def _by_scheduler(
    pk: int, move: Callable[[Session, Viewer, datetime], None], now: datetime
) -> bool:
    with transaction.atomic():
        lock_row(pk)
        row = Session.objects.filter(pk=pk).first()
        if row is None:
            return False
        try:
            move(row, Viewer(frozenset({Role.CLOCK}), now), now)
        except APIError:  # it was started, moved or ended in the meantime
            return False
    return True
