"""All writes to group sessions: one function for each act.

Each takes a session that was read with `seen_by(by)` and checks the table of actions on it. The
checks also hold when two users act at the same time.
"""

from datetime import datetime

from accounts.models import User
from sessions_app.models import BookingRequest, Participant, Session
from sessions_app.services.bookings import (
    approve_request,
    ask,
    reject_request,
    withdraw_request,
)
from sessions_app.services.materials import add_material, change_material, delete_material
from sessions_app.services.offboarding import clear_away
from sessions_app.services.participation import leave, take_place
from sessions_app.services.reminders import remind
from sessions_app.services.sessions import (
    DATE_FIXED,
    NOT_INSTRUCTOR,
    approve,
    cancel,
    check_may_create,
    complete,
    complete_overdue,
    create,
    delete,
    expire,
    start,
    update,
)
from sessions_app.services.staff import close, drop_request, edit, refuse, remove_participant
from sessions_app.states import Mode

__all__ = [
    "DATE_FIXED",
    "NOT_INSTRUCTOR",
    "add_material",
    "approve",
    "approve_request",
    "cancel",
    "change_material",
    "check_may_create",
    "clear_away",
    "close",
    "complete",
    "complete_overdue",
    "create",
    "delete",
    "delete_material",
    "drop_request",
    "edit",
    "expire",
    "join",
    "leave",
    "refuse",
    "reject_request",
    "remind",
    "remove_participant",
    "start",
    "update",
    "withdraw_request",
]


def join(
    session: Session, *, by: User, now: datetime, message: str = ""
) -> Participant | BookingRequest:
    """Join an `instant` session, or make a booking request for a `request` session.

    Raises:
        APIError: 400 if the table of actions refuses it.
    """
    if session.booking_mode == Mode.INSTANT:
        return take_place(session, by=by, now=now)
    return ask(session, by=by, now=now, message=message)
