"""Session management: each example of the document, sent as written, but with a date in the
future."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.document.conftest import answered, refused
from tests.document.p2p.client import in_days
from tests.document.p2p.shapes import DETAIL, PAGE, STATUSES

CREATE = """{
  "title": "Advanced Python Programming",
  "description": "Learn advanced Python concepts",
  "subject": "Programming",
  "level": "advanced",
  "date": "2024-01-15T14:00:00-05:00",
  "duration": 90,
  "max_participants": 15,
  "timezone_offset": -300
}"""
UPDATE = """{
  "title": "Updated Python Programming",
  "description": "Updated description",
  "subject": "Programming",
  "level": "intermediate",
  "date": "2024-01-16T14:00:00-05:00",
  "duration": 120,
  "max_participants": 20,
  "status": "approved"
}"""
ACTIONS = {
    "approved": ["approve"],
    "ongoing": ["approve", "start"],
    "completed": ["approve", "start", "complete"],
    "cancelled": ["cancel"],
}


def in_the_future(example: str) -> dict[str, Any]:
    later = example.replace("2024-01-15", in_days(15)).replace("2024-01-16", in_days(16))
    body: dict[str, Any] = json.loads(later)
    return body


def found(answer):
    return [each["id"] for each in answered(answer, 200, PAGE)["results"]]


@pytest.mark.usefixtures("offered")
def test_get_all_sessions(bob):
    page = answered(bob.send("GET", "/sessions/"), 200, PAGE)

    assert page["results"]
    assert not {"participants", "materials", "booking_requests"} & page["results"][0].keys()


@pytest.mark.parametrize("status", sorted(STATUSES))
def test_sessions_are_filtered_by_each_documented_status(john, bob, status, offered, scheduled):
    session = scheduled if status == "scheduled" else offered
    for action in ACTIONS.get(status, []):
        assert john.send("POST", f"/sessions/{session}/{action}/").ok, action

    listed = bob.send("GET", f"/sessions/?status={status}&creator={john.id}&ordering=-created_at")

    assert {each["status"] for each in listed.json()["results"]} <= {status}
    # A session expires only after its date, and all dates here are in the future.
    assert (session in found(listed)) == (status != "expired")


@pytest.mark.parametrize(
    ("query", "finds"),
    [
        ("subject=GRAM", True),
        ("subject=chess", False),
        ("level=advanced", True),
        ("level=beginner", False),
        (f"date_from={in_days(20)}", True),
        (f"date_from={in_days(21)}", False),
        (f"date_to={in_days(20)}", True),
        (f"date_to={in_days(19)}", False),
        (f"status=pending_approval&subject=prog&level=advanced&date_to={in_days(20)}", True),
    ],
    ids=lambda value: value.partition("=")[0] if isinstance(value, str) else str(value),
)
def test_sessions_are_filtered_as_documented(john, bob, query, finds, offered):
    listed = bob.send("GET", f"/sessions/?{query}&creator={john.id}&ordering=-created_at")

    assert (offered in found(listed)) is finds


def test_sessions_are_filtered_by_creator(john, bob, offered):
    assert found(bob.send("GET", f"/sessions/?creator={john.id}&ordering=-created_at"))[0] == (
        offered
    )
    assert offered not in found(bob.send("GET", f"/sessions/?creator={bob.id}"))


def test_get_session_details(john, bob, jane, scheduled):
    detail = answered(john.send("GET", f"/sessions/{scheduled}/"), 200, DETAIL)

    assert (detail["status"], detail["participant_count"]) == ("scheduled", 1)
    assert (detail["is_full"], detail["available_spots"], detail["can_join"]) == (False, 14, True)
    [place], [waiting, decided] = detail["participants"], detail["booking_requests"]
    assert (place["user"]["id"], place["role"], place["status"]) == (bob.id, "student", "approved")
    assert (waiting["user"]["id"], waiting["status"]) == (jane.id, "pending")
    assert (decided["user"]["id"], decided["status"]) == (bob.id, "approved")
    assert waiting["message"] == "I'm interested in learning Python"
    assert detail["materials"] == []


def test_create_session(john):
    body = in_the_future(CREATE)

    made = answered(john.send("POST", "/sessions/", body), 201, DETAIL)

    expected = body | {"date": f"{in_days(15)}T19:00:00Z"}
    del expected["timezone_offset"]
    assert {key: made[key] for key in expected} == expected
    assert made["status"] == "pending_approval"
    assert made["creator"]["username"] == "john_doe"
    assert made["booking_mode"] == "request"


def test_the_documents_own_date_is_refused_with_the_documents_sentence(john):
    sentence = refused(john.send("POST", "/sessions/", json.loads(CREATE)), 400)

    assert sentence == "Session date must be in the future"


def test_update_session(john, offered):
    body = in_the_future(UPDATE)

    updated = answered(john.send("PUT", f"/sessions/{offered}/", body), 200, DETAIL)

    expected = body | {"date": f"{in_days(16)}T19:00:00Z"}
    assert {key: updated[key] for key in expected} == expected
    assert john.detail(offered) == updated


def test_update_session_leaves_a_scheduled_session_scheduled(john, scheduled):
    updated = john.send("PUT", f"/sessions/{scheduled}/", in_the_future(UPDATE))

    assert answered(updated, 200, DETAIL)["status"] == "scheduled"


def test_delete_session(john, offered):
    assert john.send("DELETE", f"/sessions/{offered}/").status_code == 204
    refused(john.send("GET", f"/sessions/{offered}/"), 404, "not_found")


def test_cancel_session(john, offered):
    done = answered(john.send("POST", f"/sessions/{offered}/cancel/"), 200, {"session": DETAIL})

    assert done["session"]["status"] == "cancelled"
    refused(john.send("POST", f"/sessions/{offered}/cancel/"), 400, "wrong_state")
