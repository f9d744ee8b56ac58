"""Who is notified of which event of a session (contract N2), in the act's transaction (N4)."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from notifications.events import CANCELLED, DELETED, NOT_APPROVED, Event
from notifications.services import notify
from sessions_app.models import Session
from sessions_app.states import Role, Viewer

# How long a mail about an event may wait to be sent, even if the session's date is past.
WORTH_MAILING = timedelta(days=1)


def notify_people(event: Event, row: Session, to: list[int], now: datetime, **details: Any) -> None:
    notify(event, to=to, now=now, **about(row, now) | {"session_id": row.pk} | details)


def about(row: Session, now: datetime) -> dict[str, Any]:
    """Return the session's id, the values for the texts, and until when they may be mailed."""
    until = max(row.date, now + WORTH_MAILING)
    return {"news_of": row.pk, "title": row.title, "date": row.date, "until": until}


def participants_of(row: Session) -> list[int]:
    return list(row.participants.present().values_list("user_id", flat=True))


def askers_of(row: Session) -> list[int]:
    return list(row.booking_requests.pending().values_list("user_id", flat=True))


def notify_participants(event: Event, row: Session, now: datetime, **details: Any) -> None:
    notify_people(event, row, participants_of(row), now, **details)


def notify_creator(event: Event, row: Session, viewer: Viewer, now: datetime) -> None:
    """Notify the creator, unless it was the creator's own act."""
    if Role.CREATOR not in viewer.roles:
        notify_people(event, row, [row.creator_id], now)


def notify_cancelled(
    row: Session, viewer: Viewer, now: datetime, reason: str, *, waited: bool
) -> None:
    """Notify the participants and the askers, and also the creator if staff cancelled it.

    Args:
        waited: whether the session was waiting for the staff's approval, so that it was refused.
    """
    creator = [] if Role.CREATOR in viewer.roles else [row.creator_id]
    details = {"reason": f" The reason: {reason}" if reason else ""}
    notify_people(CANCELLED, row, participants_of(row) + askers_of(row), now, **details)
    notify_people(NOT_APPROVED if waited else CANCELLED, row, creator, now, **details)


def notify_deleted(row: Session, now: datetime) -> None:
    """Notify the participants and askers before the session is deleted. The notifications have no
    session id, since the session won't exist."""
    people = participants_of(row) + askers_of(row)
    notify(DELETED, to=people, now=now, **about(row, now))
