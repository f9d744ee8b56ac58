"""Removal of a user from group sessions when the staff deactivate the account."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import datetime
from typing import Any

from accounts.models import User
from core.errors import APIError
from sessions_app.models import BookingRequest, Participant, Session
from sessions_app.services.sessions import cancel
from sessions_app.services.staff import drop_request, remove_participant
from sessions_app.states import ACTIONS, OPEN

# The limit per kind, so that the request doesn't time out. Repeating it processes the rest.
MAX_AT_ONCE = 500


def clear_away(person: User, *, by: User, now: datetime, reason: str) -> str:
    """Cancel the person's sessions, free their places and withdraw their requests; each in its own
    transaction, with the usual notifications.

    Returns:
        The number of each, as a sentence.
    """
    if not by.has_perm("sessions_app.change_session"):
        return "Their group sessions stay: you don't have permission to change sessions."
    offered = Session.objects.created_by(person).filter(status__in=ACTIONS["cancel"].states)
    places = Participant.objects.present().of_person(person).filter(session__status__in=OPEN)
    requests = BookingRequest.objects.pending().of_person(person)
    arguments: dict[str, Any] = {"by": by, "now": now, "reason": reason}
    return (
        f"Sessions cancelled: {do_each(cancel, offered, **arguments)}, "
        f"places freed: {do_each(remove_participant, places, **arguments)}, "
        f"requests withdrawn: {do_each(drop_request, requests, **arguments)}."
    )


def do_each(act: Callable[..., None], rows: Any, **arguments: Any) -> int:
    """Do the act for each row. Return the number of rows for which it wasn't refused."""
    selected: Iterable[Any] = list(rows.order_by("pk")[:MAX_AT_ONCE])
    return sum(try_act(act, row, **arguments) for row in selected)


def try_act(act: Callable[..., None], row: Any, **arguments: Any) -> bool:
    try:
        act(row, **arguments)
    except APIError:  # the row has changed in the meantime
        return False
    return True
