"""Publishing sessions (contract S1–S4, C8)."""

from __future__ import annotations

from datetime import timedelta

import pytest

from sessions_app.models import Session

pytestmark = pytest.mark.django_db

LIST_KEYS = {
    "id", "title", "description", "subject", "level", "date", "duration", "max_participants",
    "booking_mode", "creator", "status", "created_at", "updated_at", "participant_count",
    "is_full", "available_spots", "can_join", "viewer_role", "allowed_actions",
}  # fmt: skip
DETAIL_KEYS = LIST_KEYS | {"participants", "materials", "booking_requests"}


@pytest.fixture
def body(now):
    return {
        "title": "React Hooks Workshop",
        "description": "Learn useState, useEffect, and custom hooks",
        "date": (now + timedelta(days=3)).isoformat(),
        "max_participants": 6,
    }


@pytest.fixture
def request_body(body):
    return body | {"subject": "Programming", "level": "advanced", "duration": 90}


def test_publishing_a_session_returns_its_detail_object(api, instructor, body):
    answer = api(instructor).post("/api/sessions/", body)

    assert answer.status_code == 201
    created = answer.json()
    assert set(created) == DETAIL_KEYS
    assert created["status"] == "upcoming"
    assert created["booking_mode"] == "instant"
    assert (created["subject"], created["level"], created["duration"]) == ("", "beginner", 60)
    assert created["viewer_role"] == "creator"
    assert (created["participant_count"], created["available_spots"]) == (0, 6)


def test_a_list_item_has_the_contracts_keys(api, instructor, session):
    session()

    assert set(api(instructor).get("/api/sessions/").json()["results"][0]) == LIST_KEYS


def test_a_student_can_not_publish_an_instant_session_with_any_body(api, student, body):
    for sent in (body, {}, {"title": 5}):
        answer = api(student).post("/api/sessions/", sent)

        assert (answer.status_code, answer.json()["code"]) == (403, "not_instructor")


@pytest.mark.parametrize("key", ["subject", "level", "duration", "timezone_offset"])
@pytest.mark.parametrize("value", [None, "", 7, "anything"])
def test_any_key_of_request_sessions_selects_the_request_mode(api, student, body, key, value):
    answer = api(student).post("/api/sessions/", body | {key: value})

    # The answer isn't 403 `not_instructor`: the mode is `request`, so its fields are validated.
    assert answer.status_code == 400
    assert set(answer.json()["fields"]) & {"subject", "level"}


def test_anybody_can_publish_a_request_session(api, student, request_body):
    answer = api(student).post("/api/sessions/", request_body)

    assert answer.status_code == 201
    assert (answer.json()["booking_mode"], answer.json()["status"]) == (
        "request",
        "pending_approval",
    )


def test_an_explicit_booking_mode_takes_precedence_over_the_keys(api, instructor, request_body):
    answer = api(instructor).post("/api/sessions/", request_body | {"booking_mode": "instant"})

    assert (answer.json()["booking_mode"], answer.json()["status"]) == ("instant", "upcoming")
    assert answer.json()["subject"] == "Programming"


def test_a_status_sent_on_create_is_ignored(api, instructor, body):
    created = api(instructor).post("/api/sessions/", body | {"status": "completed"}).json()

    assert created["status"] == "upcoming"


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"title": ""}, "title"),
        ({"title": "x" * 201}, "title"),
        ({"description": "  "}, "description"),
        ({"max_participants": 1}, "max_participants"),
        ({"max_participants": 21}, "max_participants"),
        ({"date": "2020-01-01T10:00:00Z"}, "date"),
        ({"date": "2099-01-01T10:00:00Z"}, "date"),
        ({"booking_mode": "instant", "duration": 14}, "duration"),
        ({"booking_mode": "instant", "duration": 481}, "duration"),
        ({"booking_mode": "instant", "level": "expert"}, "level"),
        ({"booking_mode": "instant", "subject": "x" * 101}, "subject"),
        ({"booking_mode": "both"}, "booking_mode"),
        ({"booking_mode": ["instant"]}, "booking_mode"),
    ],
)
def test_the_error_names_the_field_that_exceeds_its_limits(api, instructor, body, changes, field):
    answer = api(instructor).post("/api/sessions/", body | changes)

    assert answer.status_code == 400
    assert set(answer.json()["fields"]) == {field}
    assert answer.json()["error"] == answer.json()["fields"][field][0]
    assert not Session.objects.exists()


def test_a_request_session_may_have_fifty_places(api, student, request_body):
    assert (
        api(student).post("/api/sessions/", request_body | {"max_participants": 50}).status_code
        == 201
    )
    assert (
        api(student).post("/api/sessions/", request_body | {"max_participants": 51}).status_code
        == 400
    )
