"""Creating, updating and deleting (document: 3–5)."""

import pytest

from tests.document.conftest import answered, in_days, refused
from tests.document.shapes import DETAIL

NEW_SESSION = {
    "title": "React Hooks Workshop",
    "description": "Learn useState, useEffect, and custom hooks",
    "date": "2024-01-20T16:00:00Z",
    "max_participants": 6,
}
UPDATE = {
    "title": "Updated React Hooks Workshop",
    "description": "Updated description with more details",
    "date": "2024-01-25T16:00:00Z",
    "max_participants": 8,
}
NOWHERE = "/api/sessions/999999999/"


def test_an_instructor_creates_a_session(instructor):
    body = NEW_SESSION | {"date": in_days(8)}

    session = answered(instructor.post("/api/sessions/", body), 201, DETAIL)

    assert {key: session[key] for key in body} == body
    assert session["creator"]["id"] == instructor.id
    assert session["creator"]["role"] == "instructor"
    assert session["participants"] == []
    assert session["status"] == "upcoming"
    assert session["is_full"] is False
    assert session["available_spots"] == 6
    assert session["can_join"] is True
    assert session["created_at"] == session["updated_at"]


@pytest.mark.parametrize(
    "change",
    [
        {"date": "2024-01-20T16:00:00Z"},
        {"date": "tomorrow"},
        {"max_participants": 1},
        {"max_participants": 21},
        {"max_participants": "six"},
        {"title": ""},
        {"title": "x" * 201},
        {"description": ""},
    ],
    ids=lambda change: "=".join(map(str, *change.items()))[:30],
)
def test_invalid_data_is_a_400_that_names_the_field(instructor, change):
    body = NEW_SESSION | {"date": in_days(8)} | change

    created = instructor.post("/api/sessions/", body)
    updated = instructor.put(f"/api/sessions/{instructor.publish()}/", change)

    for answer in (created, updated):
        sentence = refused(answer, 400, "validation_error")
        assert answer.json()["fields"] == {next(iter(change)): [sentence]}


@pytest.mark.parametrize("field", NEW_SESSION)
def test_a_session_without_one_of_its_fields_is_a_400(instructor, field):
    body = NEW_SESSION | {"date": in_days(8)}
    del body[field]

    refused(instructor.post("/api/sessions/", body), 400, "validation_error")


@pytest.mark.parametrize("places", [2, 20])
def test_a_session_has_from_2_to_20_places_and_200_characters_of_title(instructor, places):
    session = instructor.publish(max_participants=places, title="x" * 200)

    assert answered(instructor.get(f"/api/sessions/{session}/"), 200, DETAIL)["title"] == "x" * 200


def test_a_student_cannot_create_a_session(student):
    answer = student.post("/api/sessions/", NEW_SESSION | {"date": in_days(8)})

    refused(answer, 403, "not_instructor")


def test_the_creator_updates_a_session(instructor):
    session = instructor.publish()
    body = UPDATE | {"date": in_days(11)}

    updated = answered(instructor.put(f"/api/sessions/{session}/", body), 200, DETAIL)

    assert {key: updated[key] for key in body} == body
    assert updated["available_spots"] == 8
    assert answered(instructor.get(f"/api/sessions/{session}/"), 200, DETAIL) == updated


def test_read_only_keys_of_an_update_are_ignored(instructor):
    session = instructor.publish()
    before = answered(instructor.get(f"/api/sessions/{session}/"), 200, DETAIL)

    sent_back = before | {"title": "New", "status": "completed", "id": 1, "is_full": True}
    after = answered(instructor.put(f"/api/sessions/{session}/", sent_back), 200, DETAIL)

    assert after["title"] == "New"
    unchanged = before.keys() - {"title", "updated_at"}
    assert {key: after[key] for key in unchanged} == {key: before[key] for key in unchanged}


@pytest.mark.parametrize("actions", [["start", "complete"], ["cancel"]])
def test_a_completed_or_cancelled_session_cannot_be_updated(instructor, actions):
    session = instructor.publish()
    instructor.do(session, *actions)

    answer = instructor.put(f"/api/sessions/{session}/", UPDATE | {"date": in_days(11)})

    refused(answer, 400, "cannot_update")


def test_others_cannot_update_a_session(instructor, colleague, student):
    session = instructor.publish()

    for other in (colleague, student):
        answer = other.put(f"/api/sessions/{session}/", UPDATE | {"date": in_days(11)})
        refused(answer, 403, "not_creator")


def test_an_unknown_session_cannot_be_updated_or_deleted(instructor):
    refused(instructor.put(NOWHERE, UPDATE), 404, "not_found")
    refused(instructor.delete(NOWHERE), 404, "not_found")


@pytest.mark.parametrize("actions", [[], ["cancel"]], ids=["upcoming", "cancelled"])
def test_the_creator_deletes_a_session(instructor, actions):
    session = instructor.publish()
    instructor.do(session, *actions)

    answer = instructor.delete(f"/api/sessions/{session}/")

    assert answer.ok
    refused(instructor.get(f"/api/sessions/{session}/"), 404, "not_found")


@pytest.mark.parametrize(
    "actions", [["start"], ["start", "complete"]], ids=["ongoing", "completed"]
)
def test_an_ongoing_or_completed_session_cannot_be_deleted(instructor, actions):
    session = instructor.publish()
    instructor.do(session, *actions)

    refused(instructor.delete(f"/api/sessions/{session}/"), 400, "cannot_delete")
    assert instructor.get(f"/api/sessions/{session}/").ok


def test_others_cannot_delete_a_session(instructor, colleague, student):
    session = instructor.publish()

    for other in (colleague, student):
        refused(other.delete(f"/api/sessions/{session}/"), 403, "not_creator")
