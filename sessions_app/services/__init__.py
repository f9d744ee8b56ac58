"""All writes to group sessions: one function an act.

Each takes a session read with `seen_by(by)` and checks the table of actions on it, in a way that
still holds when two act at once.
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
    """Take a place in an instant session, or ask for one in a `request` session.

    Raises:
        APIError: 400 with the reason why not.
    """
    if session.booking_mode == Mode.INSTANT:
        return take_place(session, by=by, now=now)
    return ask(session, by=by, now=now, message=message)
