"""Telling people, and marking what they have read."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from accounts.models import User
from notifications.events import Event
from notifications.mails import in_zone, write_mails
from notifications.models import Notification


def announce(
    event: Event,
    *,
    to: Iterable[int],
    now: datetime,
    session_id: int | None = None,
    once: str | None = None,
    until: datetime | None = None,
    **details: Any,
) -> None:
    """Tell each person, once, in the transaction of what it tells of (contract N4).

    Args:
        to: the ids of those to tell.
        session_id: the session concerned, if it will still be there.
        once: names the occasion; nobody is told of it again, however often this is called.
        until: when it is too late to mail it.
        details: what the event's texts name.
    """
    people = list(dict.fromkeys(to))
    words = in_zone(details, "UTC")
    title, message = event.title.format(**words), event.message.format(**words)
    rows = [
        Notification(
            user_id=user_id,
            type=event.type,
            event=event.code,
            title=title,
            message=message,
            session_id=session_id,
            created_at=now,
            dedupe_key=f"{once}:{user_id}" if once else None,
        )
        for user_id in people
    ]
    Notification.objects.bulk_create(rows, ignore_conflicts=once is not None)
    write_mails(
        event, to=people, now=now, session_id=session_id, once=once, until=until, details=details
    )
    # Live push belongs here: `transaction.on_commit(…, robust=True)` with the rows just made.


def name_of(user: User) -> str:
    """How a person is called: by their names or, without any, by the user name."""
    return user.get_full_name() or user.username


def mark_as_read(notification: Notification) -> Notification:
    """Mark one; again changes nothing."""
    notification.read = True
    notification.save(update_fields=["read"])
    return notification


def mark_all_as_read(*, by: User) -> int:
    """Mark all of one's own; how many were unread."""
    return Notification.objects.of(by).unread().update(read=True)
