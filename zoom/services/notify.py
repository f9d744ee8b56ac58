"""What is written down and told of a 1-on-1 session (contract O7, N2), in the transaction of what
it tells of."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from accounts.models import User
from notifications.events import Event
from notifications.services import name_of, notify
from zoom.events import SENTENCES, EventType
from zoom.models import AuditEntry, OneOnOneSession


def log(
    row: OneOnOneSession,
    event_type: EventType,
    *,
    by: User | None,
    now: datetime,
    who: str = "",
    **metadata: Any,
) -> None:
    """Add to the session's log.

    Args:
        by: who did it; None if that isn't somebody with an account.
        who: how the sentence then calls them.
        metadata: what a program may want to know besides. Never an address or a passcode.
    """
    AuditEntry.objects.create(
        session=row,
        event_type=event_type,
        user=by,
        message=SENTENCES[event_type].format(who=name_of(by) if by else who),
        metadata=metadata,
        created_at=now,
    )


def notify_other(event: Event, row: OneOnOneSession, *, by: User | None, now: datetime) -> None:
    """Tell the other one of the two or, if it was neither's act, both."""
    for person in row.people:
        if by is None or person.pk != by.pk:
            notify(event, to=[person.pk], now=now, person=row.other(person))
