"""Who hears what of a session (contract N2), in the transaction of what they hear of (N4)."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from notifications.events import CANCELLED, DELETED, NOT_APPROVED, Event
from notifications.services import notify
from sessions_app.models import Session
from sessions_app.states import Role, Viewer

# How long it is at least worth mailing what has happened, also to a session that is past.
WORTH_MAILING = timedelta(days=1)


def notify_people(event: Event, row: Session, to: list[int], now: datetime, **details: Any) -> None:
    notify(event, to=to, now=now, **about(row, now) | {"session_id": row.pk} | details)


def about(row: Session, now: datetime) -> dict[str, Any]:
    """Whose news it is, what the texts name, and until when they are worth mailing."""
    until = max(row.date, now + WORTH_MAILING)
    return {"news_of": row.pk, "title": row.title, "date": row.date, "until": until}


def participants_of(row: Session) -> list[int]:
    return list(row.participants.present().values_list("user_id", flat=True))


def askers_of(row: Session) -> list[int]:
    return list(row.booking_requests.pending().values_list("user_id", flat=True))


def notify_participants(event: Event, row: Session, now: datetime, **details: Any) -> None:
    notify_people(event, row, participants_of(row), now, **details)


def notify_creator(event: Event, row: Session, viewer: Viewer, now: datetime) -> None:
    """Unless it was the creator's own act."""
    if Role.CREATOR not in viewer.roles:
        notify_people(event, row, [row.creator_id], now)


def notify_cancelled(
    row: Session, viewer: Viewer, now: datetime, reason: str, *, waited: bool
) -> None:
    """Everyone concerned: those who are in, those who asked, and the creator if staff did it.

    Args:
        waited: whether the session waited for the staff's approval, which it then hasn't got.
    """
    creator = [] if Role.CREATOR in viewer.roles else [row.creator_id]
    said = {"reason": f" The reason: {reason}" if reason else ""}
    notify_people(CANCELLED, row, participants_of(row) + askers_of(row), now, **said)
    notify_people(NOT_APPROVED if waited else CANCELLED, row, creator, now, **said)


def notify_deleted(row: Session, now: datetime) -> None:
    """Before it goes; the notifications name no session, since there will be none."""
    concerned = participants_of(row) + askers_of(row)
    notify(DELETED, to=concerned, now=now, **about(row, now))
