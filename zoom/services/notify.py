"""Log entries and notifications of 1-on-1 sessions (contract O7, N2), written in the transaction
of the event itself."""

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
    """Add an entry to the session's log.

    Args:
        by: who did it; None if it wasn't a user.
        who: the name in the sentence if `by` is None.
        metadata: further facts for programs. Never an address or a passcode.
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
    """Notify the other person, or both if neither of them did it (`by` is None)."""
    for person in row.people:
        if by is None or person.pk != by.pk:
            notify(event, to=[person.pk], now=now, person=row.other(person))
