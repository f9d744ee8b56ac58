"""The actions that a user may perform on a session now (contract S4, `allowed_actions`).

A list needs them for each row, and most rows have the same facts, as far as the rules read them. So
the actions are cached by these facts.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import NamedTuple

from core.lifecycle import allowed
from sessions_app.states import (
    ACTIONS,
    SessionFacts,
    Viewer,
    is_full,
    staff_approves,
)

# The rules depend only on whether a date is past, so three fixed dates are enough.
NOW = datetime(2000, 1, 1, tzinfo=UTC)
BEFORE, AFTER = NOW - timedelta(days=1), NOW + timedelta(days=1)


class Facts(NamedTuple):
    """The attributes of a session that the rules read."""

    status: str
    booking_mode: str
    date: datetime
    ends_at: datetime
    max_participants: int
    participant_count: int
    has_requests: bool


def buttons(session: SessionFacts, viewer: Viewer) -> list[str]:
    """Return the names of the actions that nothing refuses, in the table's order."""
    facts = Facts(
        session.status,
        session.booking_mode,
        AFTER if session.date > viewer.now else BEFORE,
        AFTER if session.ends_at >= viewer.now else BEFORE,
        1,
        1 if is_full(session) else 0,
        session.has_requests,
    )
    return list(
        cached_buttons(facts, Viewer(viewer.roles, NOW, viewer.asked_enough), staff_approves())
    )


@lru_cache(maxsize=4096)
def looked_up(facts: Facts, viewer: Viewer, moderated: bool) -> tuple[str, ...]:
    return tuple(allowed(ACTIONS, facts, viewer))
