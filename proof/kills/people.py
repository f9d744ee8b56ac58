"""Simulated people who use the site while it is killed, and the journal of acknowledged acts."""

from __future__ import annotations

import threading
from collections import Counter
from dataclasses import dataclass, field
from itertools import count
from typing import Any

import requests

TIMEOUT = 30
# The number of tries of a request that gets no answer or a 503, before its scene is given up.
TRIES = 8
# In seconds, between two tries.
PAUSE = 0.3
names = count(1)


@dataclass(frozen=True)
class Entry:
    """An acknowledged act.

    Attributes:
        fact: a query that returns true as long as the act isn't lost.
        file: a query for the name of a file that must also be stored; "" for none.
    """

    act: str
    fact: str
    values: tuple[Any, ...]
    file: str = ""


@dataclass
class Journal:
    """The record of all people.

    Attributes:
        entries: the acknowledged acts, in order.
        unanswered: the number of requests without an answer, by the kind of error.
        wrong: answers that are wrong whatever was killed.
    """

    entries: list[Entry] = field(default_factory=list)
    unanswered: Counter[str] = field(default_factory=Counter)
    wrong: list[str] = field(default_factory=list)
    lock: threading.Lock = field(default_factory=threading.Lock)

    def note(self, entry: Entry) -> None:
        with self.lock:
            self.entries.append(entry)


class SceneOverError(Exception):
    """The scene can't continue: it is unknown whether the last act was done."""


class Person:
    """A person, who registers when the object is created."""

    def __init__(self, scene: Scene, role: str = "student") -> None:
        self.scene, self.token = scene, ""
        name = f"person{next(names)}"
        body = {
            "username": name,
            "email": f"{name}@example.com",
            "password": "a-good-password-26",
            "role": role,
        }
        made = self.post("register", "/api/auth/register/", body)
        self.id: int = made["user"]["id"]
        self.scene.keep("register", "SELECT count(*) = 1 FROM accounts_user WHERE id = %s", self.id)
        self.token = made["access"]

    def post(self, act: str, path: str, body: Any = None, **options: Any) -> Any:
        return self.scene.send(act, "POST", path, self.token, body, **options)

    def delete(self, act: str, path: str) -> None:
        self.scene.send(act, "DELETE", path, self.token)


class Scene:
    """A few acts of a few people, one after the other.

    Attributes:
        clear: whether the first try of each act so far was answered: only then is a refusal wrong.
    """

    def __init__(self, base: str, journal: Journal, stopped: threading.Event) -> None:
        self.base, self.journal, self.stopped = base, journal, stopped
        self.clear = True

    def send(self, act: str, method: str, path: str, token: str, body: Any = None, **o: Any) -> Any:
        """Send the request until there is an answer.

        Raises:
            SceneOverError: it was refused after a try with an unknown result, or never answered.
        """
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        for _ in range(TRIES):
            answer = self.ask(method, path, headers=headers, json=body, **o)
            if answer is not None and answer.ok:
                return answer.json() if answer.content else None
            if answer is not None and answer.status_code != 503:
                self.refused(act, answer)
            self.clear = False
            if self.stopped.wait(PAUSE):
                break
        raise SceneOverError

    def ask(self, method: str, path: str, **options: Any) -> requests.Response | None:
        try:
            answer = requests.request(method, self.base + path, timeout=TIMEOUT, **options)
        except requests.RequestException as error:
            self.journal.unanswered[type(error).__name__] += 1
            return None
        if answer.status_code == 503:
            self.journal.unanswered["503"] += 1
            if "Retry-After" not in answer.headers or "code" not in answer.json():
                self.journal.wrong.append(f"{method} {path}: 503 without Retry-After or code")
        return answer

    def refused(self, act: str, answer: requests.Response) -> None:
        if self.clear or answer.status_code >= 500:
            self.journal.wrong.append(f"{act}: {answer.status_code} {answer.text[:200]}")
        raise SceneOverError

    def keep(self, act: str, fact: str, *values: Any, file: str = "") -> None:
        self.journal.note(Entry(act, fact, values, file))
