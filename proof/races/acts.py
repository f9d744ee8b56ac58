"""Random actions: mostly on a few hot sessions, and by the same users from several connections at
once."""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any

from proof.races.journal import Journal
from proof.races.site import Person, Site

# The number of sessions of each booking mode.
HOT, OTHERS = 2, 6
# The range of the number of places: few for many people, so that they compete for each.
PLACES = (2, 8)
IN_DAYS = timedelta(days=2)
# The relative weight of each action, by booking mode. Ending a session is rare, since it ends the
# competition.
INSTANT = {"join": 46, "leave": 34, "resize": 18, "end": 2}
REQUEST = {
    "ask": 30,
    "approve_request": 30,
    "reject_request": 6,
    "withdraw_request": 12,
    "leave": 12,
    "resize": 8,
    "end": 2,
}
# Each action is likely to succeed for a person whose last action was one of these.
AFTER = {
    "leave": {"join", "approve_request"},
    "approve_request": {"ask"},
    "reject_request": {"ask"},
    "withdraw_request": {"ask"},
}


class Crowd:
    """Users, and sessions for them. A session that ends is replaced by a new one.

    Args:
        people: the users who join, leave and ask.
        creator: the creator of all sessions.
    """

    def __init__(
        self, site: Site, journal: Journal, creator: Person, people: list[Person], seed: int
    ) -> None:
        self.site, self.journal, self.creator, self.people = site, journal, creator, people
        self.seed = seed
        self.lock = threading.Lock()
        # session → person → their last action that succeeded, as far as this client knows.
        self.last: dict[int, dict[Person, str]] = {}
        self.sessions = {
            mode: [self.publish(mode, Random(f"{seed} {mode} {n}")) for n in range(HOT + OTHERS)]
            for mode in ("instant", "request")
        }

    def publish(self, mode: str, rng: Random) -> int:
        places = rng.randint(*PLACES)
        status, made = self.site.call(
            "POST",
            "/api/sessions/",
            self.creator,
            {
                "title": "Race",
                "description": "Who is first?",
                "subject": "Racing",
                "level": "beginner",
                "booking_mode": mode,
                "date": (datetime.now(UTC) + IN_DAYS).isoformat(),
                "max_participants": places,
            },
        )
        if status != 201:
            raise SystemExit(f"A session could not be published: {status} {made}")
        number: int = made["id"]
        self.journal.published(number, places)
        self.last[number] = {}
        return number

    def act(self, rng: Random) -> None:
        """Do one random action, and record it in the journal."""
        mode = rng.choice(["instant", "instant", "request"])
        table = INSTANT if mode == "instant" else REQUEST
        name = rng.choices(list(table), list(table.values()))[0]
        # Three quarters of the actions are on the hot sessions.
        slot = rng.randrange(HOT) if rng.random() < 0.75 else rng.randrange(HOT, HOT + OTHERS)
        session = self.sessions[mode][slot]
        person = self.choose(name, session, rng)
        special: dict[str, Callable[[], None]] = {
            "resize": lambda: self.resize(session, rng),
            "end": lambda: self.end(mode, slot, rng),
            "approve_request": lambda: self.decide(name, session, person),
            "reject_request": lambda: self.decide(name, session, person),
        }
        special.get(name, lambda: self.post(name, session, person))()

    def choose(self, name: str, session: int, rng: Random) -> Person:
        """Choose a person, mostly one for whom the action is likely to succeed."""
        able = [
            each for each, last in list(self.last[session].items()) if last in AFTER.get(name, ())
        ]
        return rng.choice(able if able and rng.random() < 0.8 else self.people)

    def post(self, name: str, session: int, person: Person) -> None:
        path = "join" if name == "ask" else name
        self.noted(name, session, person, "POST", f"{path}/", person)

    def decide(self, name: str, session: int, person: Person) -> None:
        body = {"user_id": person.id}
        self.noted(name, session, person, "POST", f"{name}/", self.creator, body)

    def resize(self, session: int, rng: Random) -> None:
        places = rng.randint(*PLACES)
        body = {"max_participants": places}
        if self.noted("resize", session, self.creator, "PUT", "", self.creator, body):
            self.journal.resized(session, places)

    def end(self, mode: str, slot: int, rng: Random) -> None:
        """Cancel or delete a session, and publish another one instead. Only one thread does it."""
        with self.lock:
            session = self.sessions[mode][slot]
            how = rng.choice(["cancel", "delete"])
            method, path = ("POST", "cancel/") if how == "cancel" else ("DELETE", "")
            if self.noted(how, session, self.creator, method, path, self.creator):
                self.journal.ended(session, how)
                self.sessions[mode][slot] = self.publish(mode, rng)

    def noted(
        self,
        name: str,
        session: int,
        person: Person,
        method: str,
        path: str,
        by: Person,
        body: Any = None,
    ) -> bool:
        """Send a request, record the answer, and return whether it was a success."""
        status, answer = self.site.call(method, f"/api/sessions/{session}/{path}", by, body)
        code = answer["code"] if status >= 400 else ""
        self.journal.note(name, session, person.id, status, code)
        if status < 300:
            self.last[session][person] = name
        return status < 300
