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
def asked(body):
    return body | {"subject": "Programming", "level": "advanced", "duration": 90}


def test_an_instructor_publishes_a_session_and_gets_its_detail(api, instructor, body):
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


def test_a_student_can_not_publish_a_tutoring_session_whatever_the_body(api, student, body):
    for sent in (body, {}, {"title": 5}):
        answer = api(student).post("/api/sessions/", sent)

        assert (answer.status_code, answer.json()["code"]) == (403, "not_instructor")


@pytest.mark.parametrize("key", ["subject", "level", "duration", "timezone_offset"])
@pytest.mark.parametrize("value", [None, "", 7, "anything"])
def test_any_key_of_the_other_document_makes_it_a_request_session(api, student, body, key, value):
    answer = api(student).post("/api/sessions/", body | {key: value})

    # A student is not told about instructors: the mode is `request`, and its own fields count.
    assert answer.status_code == 400
    assert set(answer.json()["fields"]) & {"subject", "level"}


def test_anybody_offers_a_request_session(api, student, asked):
    answer = api(student).post("/api/sessions/", asked)

    assert answer.status_code == 201
    assert (answer.json()["booking_mode"], answer.json()["status"]) == (
        "request",
        "pending_approval",
    )


def test_a_named_booking_mode_wins_over_the_keys(api, instructor, asked):
    answer = api(instructor).post("/api/sessions/", asked | {"booking_mode": "instant"})

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
def test_a_field_beyond_its_limits_is_named(api, instructor, body, changes, field):
    answer = api(instructor).post("/api/sessions/", body | changes)

    assert answer.status_code == 400
    assert set(answer.json()["fields"]) == {field}
    assert answer.json()["error"] == answer.json()["fields"][field][0]
    assert not Session.objects.exists()


def test_a_request_session_may_have_fifty_places(api, student, asked):
    assert api(student).post("/api/sessions/", asked | {"max_participants": 50}).status_code == 201
    assert api(student).post("/api/sessions/", asked | {"max_participants": 51}).status_code == 400
