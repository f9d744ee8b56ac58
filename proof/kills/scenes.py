"""The scenes of the simulated users: a few actions each, recorded as soon as they are
acknowledged."""

from __future__ import annotations

import random
import threading
from datetime import UTC, datetime, timedelta
from pathlib import Path

from proof.kills.people import Journal, Person, Scene, SceneOverError

PDF = b"%PDF-1.7\n1 0 obj\n<<>>\nendobj\n%%EOF\n"


def publish(by: Person, mode: str, *, kept: bool = True) -> str:
    """Publish a session, and return the beginning of its paths."""
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
    """Play an instant session, from its publication to its end."""
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
    """Play a session that users ask to join."""
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
    """Play two users who become friends, have a 1-on-1 session, and end the friendship."""
    ada, ben = Person(scene), Person(scene)
    asked = ada.post("befriend", "/v1/friends/requests/", {"user_id": ben.id})["id"]
    scene.keep("befriend", f"{COUNT} friendships_friendship WHERE id = %s", asked)
    ben.post("accept", f"/v1/friends/requests/{asked}/accept/")
    scene.keep(
        "accept", "SELECT since IS NOT NULL FROM friendships_friendship WHERE id = %s", asked
    )
    message = ada.post("message", f"/v1/friends/{ben.id}/messages/", {"text": "Hello"})["id"]
    scene.keep("message", f"{COUNT} friendships_message WHERE id = %s", message)
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
    """Play scenes until `stopped` is set."""
    while not stopped.is_set():
        scene = Scene(base, journal, stopped)
        try:
            random.choice(SCENES)(scene)
        except SceneOverError:
            continue


def stored(media: Path, name: str) -> bool:
    """Whether the file is stored completely."""
    file = media / name
    return file.is_file() and file.read_bytes() == PDF
