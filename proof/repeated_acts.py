"""The actions of `proof.repeats`: each creates one row if it is done once.

Django must be set up before this is imported.
"""

from __future__ import annotations

import json
import random
import uuid
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from itertools import combinations, cycle, islice
from math import isqrt
from typing import Any

from django.db.models import Model
from django.utils import timezone

from accounts import tokens
from accounts.models import IdempotencyKey, Role, User
from friendships.models import Friendship, Message
from friendships.states import Status as FriendshipStatus
from notifications.models import Notification
from sessions_app import services
from sessions_app.models import BookingRequest, Participant, Session
from zoom.models import OneOnOneSession

TABLES: tuple[type[Model], ...] = (
    *(Session, Participant, BookingRequest, Friendship, Message, OneOnOneSession),
    *(Notification, IdempotencyKey),
)
PLACES = 20


@dataclass(slots=True)
class Act:
    """A POST and the answers to its tries: status, body, and whether it was a repeated answer."""

    kind: str
    path: str
    token: str
    body: bytes
    key: str
    answers: list[tuple[int, bytes, bool]] = field(default_factory=list)


class Stage:
    """Users in a cycle, each a friend of the next one, and sessions for them to join.

    Args:
        each: the number of actions of each kind.
        name: the beginning of the users' names, which end with numbers.
    """

    def __init__(self, each: int, rng: random.Random, name: str = "repeater") -> None:
        self.each, self.rng, self.now = each, rng, timezone.now()
        # Enough for the pairs that aren't friends.
        self.people = self.make_people(name, max(PLACES + 5, isqrt(2 * each) + 5))
        self.tokens = {person.pk: tokens.issue(person)["access"] for person in self.people}
        self.ring = list(zip(self.people, [*self.people[1:], self.people[0]], strict=True))
        self.befriend()

    def make_people(self, name: str, number: int) -> list[User]:
        names = [f"{name}{n}" for n in range(number)]
        made: list[User] = User.objects.bulk_create(
            User(username=name, email=f"{name}@example.com", role=Role.INSTRUCTOR, password="!")
            for name in names
        )
        return made

    def befriend(self) -> None:
        made = {"status": FriendshipStatus.ACCEPTED, "since": self.now}
        Friendship.objects.bulk_create(
            Friendship(from_user=one, to_user=other, **made) for one, other in self.ring
        )

    def session(self, by: User, **fields: Any) -> Session:
        values: dict[str, Any] = {
            "booking_mode": "instant",
            "title": "Repeats",
            "description": "Once?",
        }
        values |= {"date": self.now + timedelta(days=3), "max_participants": PLACES}
        return services.create(by=by, now=self.now, **values | fields)

    def act(self, kind: str, by: User, path: str, **body: Any) -> Act:
        key = str(uuid.UUID(int=self.rng.getrandbits(128)))
        return Act(kind, path, self.tokens[by.pk], json.dumps(body).encode(), key)

    def acts(self) -> list[Act]:
        """Return the actions, the same number of each kind, in mixed order."""
        kinds = (self.create, self.join, self.book, self.ask, self.write, self.propose, self.err)
        made = [act for kind in kinds for act in islice(kind(), self.each)]
        self.rng.shuffle(made)
        return made

    def create(self) -> Iterator[Act]:
        date = (self.now + timedelta(days=2)).isoformat()
        for by in cycle(self.people):
            text = {"title": "Algebra", "description": "From the beginning", "date": date}
            yield self.act("create", by, "/api/sessions/", **text, max_participants=9)

    def seats(self, **fields: Any) -> Iterator[tuple[User, Session]]:
        for number in range(self.each // PLACES + 1):
            around = islice(cycle(self.people), number % len(self.people), None)
            creator, *others = islice(around, PLACES + 1)
            session = self.session(creator, **fields)
            yield from ((other, session) for other in others)

    def join(self) -> Iterator[Act]:
        for by, session in self.seats():
            yield self.act("join", by, f"/api/sessions/{session.pk}/join/")

    def book(self) -> Iterator[Act]:
        for by, session in self.seats(booking_mode="request", subject="Maths"):
            yield self.act("book", by, f"/api/sessions/{session.pk}/join/", message="Please")

    def ask(self) -> Iterator[Act]:
        friends = {frozenset((one.pk, other.pk)) for one, other in self.ring}
        for one, other in combinations(self.people, 2):
            if frozenset((one.pk, other.pk)) not in friends:
                yield self.act("ask", one, "/v1/friends/requests/", user_id=other.pk)

    def write(self) -> Iterator[Act]:
        for one, other in cycle(self.ring):
            yield self.act("write", one, f"/v1/friends/{other.pk}/messages/", text="Hello")

    def propose(self) -> Iterator[Act]:
        for one, other in cycle(self.ring):
            yield self.act("propose", one, "/v1/sessions/create/", participant_id=other.pk)

    def err(self) -> Iterator[Act]:
        """Return actions that are refused, each time with the same answer."""
        for one, other in cycle(self.ring):
            path = f"/v1/friends/{one.pk}/messages/"
            yield self.act("err", one, path, text=f"To myself, not to {other.pk}")


def count_rows() -> Counter[str]:
    return Counter({model.__name__: model._default_manager.count() for model in TABLES})


def rows_of(acts: list[Act]) -> Counter[str]:
    """Return the numbers of rows that these actions create if each is done once."""
    kinds = Counter(act.kind for act in acts)
    notified = kinds["join"] + kinds["book"] + kinds["ask"] + kinds["propose"]
    return Counter(
        {
            "Session": kinds["create"],
            "Participant": kinds["join"],
            "BookingRequest": kinds["book"],
            "Friendship": kinds["ask"],
            "Message": kinds["write"],
            "OneOnOneSession": kinds["propose"],
            "Notification": notified,
            "IdempotencyKey": len(acts),
        }
    )
