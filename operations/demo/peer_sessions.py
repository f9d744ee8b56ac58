"""The demo sessions of peers, with the decisions on requests: data for `operations.demo`."""

from __future__ import annotations

from dataclasses import dataclass

from operations.demo.sessions import Plan
from sessions_app.states import Level


@dataclass(frozen=True)
class PeerPlan(Plan):
    """A peer's session. `joiners` people request a place; `approved` and `rejected` are the numbers
    of requests that are decided, and the others stay pending."""

    approved: int = 0
    rejected: int = 0

    @property
    def waits(self) -> bool:
        """Whether staff haven't approved the session yet."""
        return not (self.approved or self.ending)


PEER_PLANS = (
    PeerPlan(
        "alice",
        "Study group: data structures",
        "We take turns at explaining one structure each.",
        "Programming",
        day=5,
        hour=18,
        places=6,
        joiners=2,
    ),
    PeerPlan(
        "chen",
        "Mandarin for English",
        "Half an hour in each language.",
        "Languages",
        day=4,
        hour=12,
        places=2,
        joiners=0,
        ending="approve",
        level=Level.INTERMEDIATE,
    ),
    PeerPlan(
        "greta",
        "Reading circle: Frankenstein",
        "Chapters 1 to 5, with cake.",
        "Literature",
        day=7,
        hour=17,
        places=10,
        joiners=5,
        approved=3,
        rejected=1,
        duration=90,
    ),
    PeerPlan(
        "hiro",
        "Past papers: physics",
        "Two papers against the clock, then we compare.",
        "Physics",
        day=0,
        hour=0,
        places=8,
        joiners=4,
        approved=3,
        ending="start",
        level=Level.ADVANCED,
        duration=120,
    ),
    PeerPlan(
        "dana",
        "First steps with Git",
        "Commit, branch, merge, and how to get out of trouble.",
        "Programming",
        day=-4,
        hour=16,
        places=12,
        joiners=5,
        approved=4,
        rejected=1,
        ending="complete",
    ),
    PeerPlan(
        "emeka",
        "Essay feedback round",
        "Bring two printed copies.",
        "Writing",
        day=3,
        hour=19,
        places=5,
        joiners=3,
        approved=2,
        ending="cancel",
    ),
    PeerPlan(
        "bob",
        "Guitar: open chords",
        "For those who have just bought one.",
        "Music",
        day=-5,
        hour=20,
        places=4,
        joiners=2,
        ending="expire",
    ),
)
