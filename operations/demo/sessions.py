"""The demo sessions of instructors, with their final statuses: data for `operations.demo`."""

from __future__ import annotations

from dataclasses import dataclass

from sessions_app.states import Level


@dataclass(frozen=True)
class Plan:
    """A session: its creator, when it begins (days from today, hour in UTC), the number of people
    who join, and what the creator does with it (`ending`)."""

    creator: str
    title: str
    description: str
    subject: str
    day: int
    hour: int
    places: int
    joiners: int
    ending: str = ""
    level: Level = Level.BEGINNER
    duration: int = 60


PLANS = (
    Plan(
        "maria",
        "Advanced JavaScript Concepts",
        "Closures, promises and async/await, with exercises in pairs.",
        "Programming",
        day=3,
        hour=14,
        places=8,
        joiners=3,
        level=Level.ADVANCED,
        duration=90,
    ),
    Plan(
        "maria",
        "React Hooks Workshop",
        "useState, useEffect and custom hooks. Bring a laptop.",
        "Programming",
        day=6,
        hour=16,
        places=6,
        joiners=2,
        level=Level.INTERMEDIATE,
    ),
    Plan(
        "james",
        "Calculus: limits without fear",
        "What a limit is, why it matters, and ten of them solved together.",
        "Mathematics",
        day=1,
        hour=17,
        places=4,
        joiners=4,
    ),
    Plan(
        "james",
        "Exam training: linear algebra",
        "Old exam questions, one whiteboard, no lecture.",
        "Mathematics",
        day=12,
        hour=9,
        places=10,
        joiners=0,
        level=Level.INTERMEDIATE,
        duration=120,
    ),
    Plan(
        "yuki",
        "Conversation hour: Japanese N4",
        "Only speaking. Mistakes are welcome.",
        "Languages",
        day=2,
        hour=10,
        places=5,
        joiners=4,
        level=Level.INTERMEDIATE,
    ),
    Plan(
        "elena",
        "Organic chemistry: reaction mechanisms",
        "Arrow pushing from the first step to the last.",
        "Chemistry",
        day=9,
        hour=15,
        places=12,
        joiners=5,
        level=Level.ADVANCED,
    ),
    Plan(
        "elena",
        "Lab reports that get read",
        "How to structure a report, with two of yours taken apart.",
        "Writing",
        day=0,
        hour=0,
        places=6,
        joiners=3,
        ending="start",
        duration=120,
    ),
    Plan(
        "yuki",
        "Kanji from pictures",
        "Fifty kanji and the stories that make them stick.",
        "Languages",
        day=-2,
        hour=11,
        places=8,
        joiners=5,
        ending="complete",
    ),
    Plan(
        "james",
        "Statistics: what a p-value is not",
        "Three wrong readings and the right one.",
        "Mathematics",
        day=-6,
        hour=18,
        places=10,
        joiners=6,
        ending="left running",
        level=Level.INTERMEDIATE,
    ),
    Plan(
        "maria",
        "CSS grid in an hour",
        "From an empty page to a magazine layout.",
        "Programming",
        day=4,
        hour=13,
        places=6,
        joiners=2,
        ending="cancel",
    ),
    Plan(
        "elena",
        "Night-time question hour",
        "Bring what you are stuck on.",
        "Chemistry",
        day=-3,
        hour=22,
        places=4,
        joiners=1,
        ending="expire",
    ),
)
