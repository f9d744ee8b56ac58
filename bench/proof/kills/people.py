"""People who use a site that is killed under them, and their journal of what it acknowledged."""

from __future__ import annotations

import random
import threading
from collections import Counter
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import count
from pathlib import Path
from typing import Any

import requests

TIMEOUT = 30
# How often a request is sent again that got no answer, or a 503: then its scene is given up.
TRIES = 8
# In seconds, between two tries.
PAUSE = 0.3
PDF = b"%PDF-1.7\n1 0 obj\n<<>>\nendobj\n%%EOF\n"
names = count(1)


@dataclass(frozen=True)
class Entry:
    """Something that was acknowledged.

    Attributes:
        fact: a query that is true as long as it isn't lost.
        file: one that must be stored besides, under a name that the query in it finds.
    """

    act: str
    fact: str
    values: tuple[Any, ...]
    file: str = ""


@dataclass
class Journal:
    """What all have noted.

    Attributes:
        entries: what was acknowledged, in that order.
        unanswered: how many requests got no answer, by how they ended.
        wrong: answers that mustn't be, whatever was killed.
    """

    entries: list[Entry] = field(default_factory=list)
    unanswered: Counter[str] = field(default_factory=Counter)
    wrong: list[str] = field(default_factory=list)
    lock: threading.Lock = field(default_factory=threading.Lock)

    def note(self, entry: Entry) -> None:
        with self.lock:
            self.entries.append(entry)


class SceneOverError(Exception):
    """What the rest of a scene needs can't be known: whether the last act was done."""


class Person:
    """Somebody with an account, opened here."""

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
        clear: whether each act so far was answered at once: only then is a refusal wrong.
    """

    def __init__(self, base: str, journal: Journal, stopped: threading.Event) -> None:
        self.base, self.journal, self.stopped = base, journal, stopped
        self.clear = True

    def send(self, act: str, method: str, path: str, token: str, body: Any = None, **o: Any) -> Any:
        """Send it until there is an answer.

        Raises:
            SceneOverError: it was refused after a try whose fate is unknown, or never answered.
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
                self.journal.wrong.append(f"{method} {path}: 503 without what belongs to it")
        return answer

    def refused(self, act: str, answer: requests.Response) -> None:
        if self.clear or answer.status_code >= 500:
            self.journal.wrong.append(f"{act}: {answer.status_code} {answer.text[:200]}")
        raise SceneOverError

    def keep(self, act: str, fact: str, *values: Any, file: str = "") -> None:
        self.journal.note(Entry(act, fact, values, file))


# ── The scenes ───────────────────────────────────────────────────────────────────────────────


def publish(by: Person, mode: str, *, kept: bool = True) -> str:
    """A session; the beginning of its addresses."""
    body = {
        "title": "Algebra", "description": "From the beginning", "subject": "Maths",
        "level": "beginner", "booking_mode": mode, "max_participants": 3,
        "date": (datetime.now(UTC) + timedelta(days=3)).isoformat(),
    }  # fmt: skip
    number = by.post("create", "/api/sessions/", body)["id"]
    if kept:
        by.scene.keep("create", f"{COUNT} sessions_app_session WHERE id = %s", number)
    return f"/api/sessions/{number}"


def number_in(path: str) -> int:
    return int(path.rsplit("/", 1)[1])


COUNT = "SELECT count(*) = 1 FROM"
PLACE = f"{COUNT} sessions_app_participant WHERE session_id = %s AND user_id = %s"
ASKED = f"{COUNT} sessions_app_bookingrequest WHERE id = %s"
STATUS = "SELECT status = %s FROM sessions_app_session WHERE id = %s"


def group(scene: Scene) -> None:
    """An instant session, from its publication to its end."""
    ines = Person(scene, "instructor")
    at = publish(ines, "instant")
    number = number_in(at)
    for _ in range(2):
        student = Person(scene)
        student.post("join", f"{at}/join/")
        scene.keep("join", PLACE, number, student.id)
    student.post("leave", f"{at}/leave/")
    scene.keep("leave", f"{PLACE} AND left_at IS NOT NULL", number, student.id)
    note = {"title": "N", "type": "note", "content": "x" * 500}
    made = ines.post("material", f"{at}/materials/", note)["id"]
    scene.keep("material", f"{COUNT} materials_material WHERE id = %s", made)
    data = {"title": "F", "type": "file"}
    files = {"file": ("notes.pdf", PDF)}
    made = ines.post("upload", f"{at}/materials/", data=data, files=files)["id"]
    name = "SELECT stored_name FROM materials_material WHERE id = %s"
    if random.random() < 0.5:
        ines.delete("delete material", f"{at}/materials/{made}/")
        scene.keep(
            "delete material", "SELECT count(*) = 0 FROM materials_material WHERE id = %s", made
        )
    else:
        scene.keep("upload", f"{COUNT} materials_material WHERE id = %s", made, file=name)
    ines.post("start", f"{at}/start/")
    scene.keep(
        "start", "SELECT started_at IS NOT NULL FROM sessions_app_session WHERE id = %s", number
    )
    ines.post("complete", f"{at}/complete/")
    scene.keep("complete", STATUS, "completed", number)


def bookings(scene: Scene) -> None:
    """A session that people ask to join."""
    sam = Person(scene)
    at = publish(sam, "request")
    number = number_in(at)
    asked = {}
    for act in ("approve", "reject", "withdraw"):
        person = Person(scene)
        made = person.post("ask", f"{at}/join/", {"message": "May I?"})["id"]
        scene.keep("ask", ASKED, made)
        asked[act] = person, made
    for act, status in (("approve", "approved"), ("reject", "rejected")):
        person, made = asked[act]
        sam.post(act, f"{at}/{act}_request/", {"user_id": person.id})
        scene.keep(act, f"{ASKED} AND status = %s", made, status)
    scene.keep("approve", PLACE, number, asked["approve"][0].id)
    person, made = asked["withdraw"]
    person.post("withdraw", f"{at}/withdraw_request/")
    scene.keep("withdraw", f"{ASKED} AND status = 'withdrawn'", made)
    sam.post("cancel", f"{at}/cancel/", {"reason": "ill"})
    scene.keep("cancel", STATUS, "cancelled", number)


def deletion(scene: Scene) -> None:
    ines, sam = Person(scene, "instructor"), Person(scene)
    at = publish(ines, "instant", kept=False)
    sam.post("join", f"{at}/join/")
    ines.delete("delete", f"{at}/")
    scene.keep(
        "delete", "SELECT count(*) = 0 FROM sessions_app_session WHERE id = %s", number_in(at)
    )


def two(scene: Scene) -> None:
    """Two who become friends, meet, and part."""
    ada, ben = Person(scene), Person(scene)
    asked = ada.post("befriend", "/v1/friends/requests/", {"user_id": ben.id})["id"]
    scene.keep("befriend", f"{COUNT} friendships_friendship WHERE id = %s", asked)
    ben.post("accept", f"/v1/friends/requests/{asked}/accept/")
    scene.keep(
        "accept", "SELECT since IS NOT NULL FROM friendships_friendship WHERE id = %s", asked
    )
    said = ada.post("message", f"/v1/friends/{ben.id}/messages/", {"text": "Hello"})["id"]
    scene.keep("message", f"{COUNT} friendships_message WHERE id = %s", said)
    number = ada.post("propose", "/v1/sessions/create/", {"participant_id": ben.id})["id"]
    logged = f"{COUNT} zoom_auditentry WHERE session_id = %s AND event_type = %s"
    scene.keep("propose", logged, number, "created")
    ada.post("start 1-on-1", f"/v1/sessions/{number}/start/")
    scene.keep("start 1-on-1", logged, number, "started")
    ben.post("ready", f"/v1/sessions/{number}/ready/")
    scene.keep("ready", logged, number, "ready")
    token = ben.post("token", f"/v1/sessions/{number}/join-token/")["token"]
    ben.post("enter", "/v1/sessions/join-token/validate/", {"token": token})
    scene.keep("enter", logged, number, "joined")
    if random.random() < 0.5:
        ada.post("end", f"/v1/sessions/{number}/end/")
        scene.keep("end", logged, number, "ended")
    else:
        ada.post("block", f"/v1/friends/{ben.id}/block/")
        scene.keep("block", f"{COUNT} friendships_block WHERE blocker_id = %s", ada.id)


SCENES = (group, bookings, deletion, two)


def live(base: str, journal: Journal, stopped: threading.Event) -> None:
    """Play one scene after the other, until told to stop."""
    while not stopped.is_set():
        scene = Scene(base, journal, stopped)
        try:
            random.choice(SCENES)(scene)
        except SceneOverError:
            continue


def stored(media: Path, name: str) -> bool:
    """Is the file there, whole?"""
    file = media / name
    return file.is_file() and file.read_bytes() == PDF
