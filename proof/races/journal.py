"""The record of the answers to all actions."""

from __future__ import annotations

import threading
from collections import Counter
from dataclasses import dataclass, field

# The statuses of successes, and of actions that come too late.
EXPECTED = {200, 201, 204, 400, 404}


@dataclass
class Journal:
    """Counts of acknowledged actions. Their order isn't needed: in the end a person is in a session
    if they joined more often than they left.

    Attributes:
        done: (action, session, person) → the number of successes.
        answers: (action, status, code) → the number of answers.
        capacities: session → all acknowledged numbers of places.
        over: session → "cancel" or "delete".
    """

    done: Counter[tuple[str, int, int]] = field(default_factory=Counter)
    answers: Counter[tuple[str, int, str]] = field(default_factory=Counter)
    capacities: dict[int, set[int]] = field(default_factory=dict)
    over: dict[int, str] = field(default_factory=dict)
    lock: threading.Lock = field(default_factory=threading.Lock)

    def note(self, act: str, session: int, person: int, status: int, code: str) -> None:
        with self.lock:
            self.answers[act, status, code] += 1
            if status < 300:
                self.done[act, session, person] += 1

    def published(self, session: int, places: int) -> None:
        with self.lock:
            self.capacities[session] = {places}

    def resized(self, session: int, places: int) -> None:
        with self.lock:
            self.capacities[session].add(places)

    def ended(self, session: int, how: str) -> None:
        with self.lock:
            self.over[session] = how

    def times(self, act: str, session: int, person: int) -> int:
        return self.done[act, session, person]

    def in_all(self, act: str) -> int:
        return sum(count for (each, _, _), count in self.done.items() if each == act)

    def total(self) -> int:
        return self.answers.total()

    def surprises(self) -> list[str]:
        """Return answers that aren't expected for their action."""
        return [
            f"{count} × {act}: {status} {code}"
            for (act, status, code), count in self.answers.items()
            if status not in EXPECTED
        ]
