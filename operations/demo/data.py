"""The demo people and what becomes of their sessions: data, played by `operations.demo`."""

from __future__ import annotations

from dataclasses import dataclass

from accounts.models import Role
from sessions_app.states import Level

PASSWORD = "learn-together-26"  # noqa: S105  # printed at every start, and meant to be
STAFF = "admin"
DOMAIN = "demo.example"


@dataclass(frozen=True)
class Person:
    username: str
    first_name: str
    last_name: str
    role: Role = Role.STUDENT
    timezone: str = "UTC"


@dataclass(frozen=True)
class Plan:
    """A session: whose it is, when it begins (days from today, at an hour UTC), who joins, and
    how far it gets."""

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


PEOPLE = (
    Person("maria", "Maria", "Santos", Role.INSTRUCTOR, "America/Sao_Paulo"),
    Person("james", "James", "Okafor", Role.INSTRUCTOR, "Europe/London"),
    Person("yuki", "Yuki", "Tanaka", Role.INSTRUCTOR, "Asia/Tokyo"),
    Person("elena", "Elena", "Petrova", Role.INSTRUCTOR, "Europe/Berlin"),
    Person("alice", "Alice", "Smith", timezone="America/New_York"),
    Person("bob", "Bob", "Wilson", timezone="America/Los_Angeles"),
    Person("chen", "Chen", "Wei", timezone="Asia/Shanghai"),
    Person("dana", "Dana", "Levi", timezone="Asia/Jerusalem"),
    Person("emeka", "Emeka", "Nwosu", timezone="Africa/Lagos"),
    Person("farah", "Farah", "Haddad", timezone="Africa/Cairo"),
    Person("greta", "Greta", "Lindqvist", timezone="Europe/Stockholm"),
    Person("hiro", "Hiro", "Sato", timezone="Asia/Tokyo"),
)
STUDENTS = [person.username for person in PEOPLE if person.role == Role.STUDENT]

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
        "useState, useEffect and hooks of your own. Bring a laptop.",
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
