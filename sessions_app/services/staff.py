"""The acts of staff in the admin, with the same checks of counts and dates as other acts."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from accounts.models import User
from core.errors import APIError
from core.lifecycle import check
from core.observability.staff_log import log_staff_act
from notifications.events import COMPLETED, LEFT, REMOVED
from notifications.mails import recall_reminders
from sessions_app.models import BookingRequest, Participant, Session
from sessions_app.refusals import NOT_JOINED
from sessions_app.services.bookings import decide
from sessions_app.services.locking import locked_session
from sessions_app.services.notify import notify_people, participants_of
from sessions_app.services.participation import count_out
from sessions_app.services.sessions import apply_changes, move_cancel
from sessions_app.states import ACTIONS


def edit(session: Session, *, by: User, now: datetime, **changes: Any) -> None:
    """Change a session's fields, with the checks and notifications of a creator's update.

    Raises:
        APIError: 400 if the session is over, or for the other reasons of `update`.
    """
    with locked_session(session, by) as row:
        check(ACTIONS["edit"], row, row.viewer(by, now))
        apply_changes(row, changes, now)
        names = ", ".join(name.replace("_", " ") for name in changes)
        log_staff_act(row, by=by, now=now, what=f"Changed {names}")


def refuse(session: Session, *, by: User, now: datetime, reason: str) -> None:
    """Refuse a session that waits for approval: cancel it and notify its creator of the reason.

    Raises:
        APIError: 400 if it no longer waits for approval.
    """
    with locked_session(session, by) as row:
        move_cancel(row, row.viewer(by, now), now, reason, name="refuse")
        log_staff_act(row, by=by, now=now, what="Refused", reason=reason)


def close(session: Session, *, by: User, now: datetime) -> None:
    """Complete a session left running past its end, and notify its creator and participants.

    Raises:
        APIError: 400 if it isn't ongoing, or isn't past its end.
    """
    with locked_session(session, by) as row:
        row.transition("close", by=row.viewer(by, now), now=now)
        notify_people(COMPLETED, row, [row.creator_id, *participants_of(row)], now)
        log_staff_act(row, by=by, now=now, what="Completed")


def remove_participant(place: Participant, *, by: User, now: datetime, reason: str = "") -> None:
    """Remove a participant from a session that has not started, and notify them and the creator.

    Args:
        reason: for the log only; the notifications don't contain it.

    Raises:
        APIError: 400 if the session has started or is over, or if the participant has left in the
            meantime.
    """
    with locked_session(place.session, by) as row:
        check(ACTIONS["remove"], row, row.viewer(by, now))
        if not row.participants.present().filter(pk=place.pk).update(left_at=now):
            raise APIError(NOT_JOINED)
        count_out(row)
        recall_reminders(row.pk, now=now, of=place.user_id)
        notify_people(REMOVED, row, [place.user_id], now)
        notify_people(LEFT, row, [row.creator_id], now, person=place.user)
        log_staff_act(row, by=by, now=now, what="Removed", whom=place.user, reason=reason)


def drop_request(request: BookingRequest, *, by: User, now: datetime, reason: str = "") -> None:
    """Withdraw a user's pending request for a session that has not started.

    Raises:
        APIError: 400 if the session has started or is over; 404 if the request was decided in the
            meantime.
    """
    with locked_session(request.session, by) as row:
        viewer = row.viewer(by, now)
        check(ACTIONS["remove"], row, viewer)
        decide(request, "withdraw", by=by, viewer=viewer)
        log_staff_act(
            row, by=by, now=now, what="Withdrew the request of", whom=request.user, reason=reason
        )
