"""What somebody may do to a session now (contract S4, `allowed_actions`).

A list asks that of each of its rows, and most rows are alike in all that the rules look at. So the
table is asked once for each set of such facts.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import NamedTuple

from core.lifecycle import allowed
from sessions_app.states import (
    ACTIONS,
    BUTTONS,
    SessionFacts,
    Viewer,
    is_full,
    staff_approves,
)

# A moment, and its neighbours: the rules ask what is past, not since when.
NOW = datetime(2000, 1, 1, tzinfo=UTC)
BEFORE, AFTER = NOW - timedelta(days=1), NOW + timedelta(days=1)


class Facts(NamedTuple):
    """A session, as far as the rules look at it."""

    status: str
    booking_mode: str
    date: datetime
    ends_at: datetime
    max_participants: int
    participant_count: int
    has_requests: bool


def buttons(session: SessionFacts, viewer: Viewer) -> list[str]:
    """The names of the actions that nothing refuses, in the table's order."""
    facts = Facts(
        session.status,
        session.booking_mode,
        AFTER if session.date > viewer.now else BEFORE,
        AFTER if session.ends_at >= viewer.now else BEFORE,
        1,
        1 if is_full(session) else 0,
        session.has_requests,
    )
    return list(looked_up(facts, Viewer(viewer.roles, NOW, viewer.asked_enough), staff_approves()))


@lru_cache(maxsize=4096)
def looked_up(facts: Facts, viewer: Viewer, moderated: bool) -> tuple[str, ...]:
    return tuple(allowed(ACTIONS, facts, viewer, names=BUTTONS))
