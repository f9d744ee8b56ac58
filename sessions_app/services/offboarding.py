"""What becomes of the sessions of somebody whom the staff throw out."""

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

# Of each kind at once: a page has to come back. Done again, it goes on with the rest.
MAX_AT_ONCE = 500


def clear_away(person: User, *, by: User, now: datetime, reason: str) -> str:
    """Cancel the sessions that they offer, free their places, withdraw their requests; each in a
    transaction of its own, with the news that each act has.

    Returns:
        How many there were of each, as a sentence.
    """
    if not by.has_perm("sessions_app.change_session"):
        return "Their group sessions stay: you may not change sessions."
    offered = Session.objects.created_by(person).filter(status__in=ACTIONS["cancel"].states)
    places = Participant.objects.present().of_person(person).filter(session__status__in=OPEN)
    requests = BookingRequest.objects.pending().of_person(person)
    facts: dict[str, Any] = {"by": by, "now": now, "reason": reason}
    return (
        f"Sessions cancelled: {on_each(cancel, offered, **facts)}, "
        f"places freed: {on_each(remove_participant, places, **facts)}, "
        f"requests withdrawn: {on_each(drop_request, requests, **facts)}."
    )


def on_each(act: Callable[..., None], rows: Any, **facts: Any) -> int:
    """How many it was done to; those that moved meanwhile need it no more."""
    chosen: Iterable[Any] = list(rows.order_by("pk")[:MAX_AT_ONCE])
    return sum(was_done(act, row, **facts) for row in chosen)


def was_done(act: Callable[..., None], row: Any, **facts: Any) -> bool:
    try:
        act(row, **facts)
    except APIError:
        return False
    return True
