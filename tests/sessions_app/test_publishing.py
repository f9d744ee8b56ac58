"""Creating, changing and deleting sessions (contract S1–S4, S6, S7, C8, C10)."""

from __future__ import annotations

from datetime import timedelta

import pytest

from sessions_app import services
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


@pytest.mark.parametrize("method", ["put", "patch"])
def test_a_part_of_a_session_is_changed_and_the_rest_stays(api, instructor, session, method):
    before = session()

    answer = getattr(api(instructor), method)(f"/api/sessions/{before.pk}/", {"title": "Other"})

    assert answer.status_code == 200
    assert set(answer.json()) == DETAIL_KEYS
    after = Session.objects.get()
    assert (after.title, after.description, after.date) == (
        "Other",
        before.description,
        before.date,
    )
    assert after.version == 2


def test_an_object_sent_back_untouched_changes_nothing(api, instructor, session):
    client, before = api(instructor), session()
    shown = client.get(f"/api/sessions/{before.pk}/").json()

    answer = client.put(f"/api/sessions/{before.pk}/", shown)

    assert answer.json() == shown
    assert Session.objects.get().version == 1


def test_a_status_sent_for_an_instant_session_is_ignored(api, instructor, session):
    path = f"/api/sessions/{session().pk}/"

    for status in ("completed", "nonsense", None, 5):
        answer = api(instructor).put(path, {"status": status})
        assert (answer.status_code, answer.json()["status"]) == (200, "upcoming")


def test_the_booking_mode_can_not_be_changed(api, instructor, session):
    path = f"/api/sessions/{session().pk}/"

    assert api(instructor).put(path, {"booking_mode": "request"}).status_code == 400
    assert api(instructor).put(path, {"booking_mode": "instant"}).status_code == 200


def test_places_can_not_go_below_those_who_are_in(api, instructor, session, join, person):
    row = session()
    for _ in range(3):
        join(row, person())
    path = f"/api/sessions/{row.pk}/"

    refused = api(instructor).put(path, {"max_participants": 2, "title": "Other"})

    assert refused.status_code == 400
    assert "3 people" in refused.json()["fields"]["max_participants"][0]
    assert Session.objects.get().title == row.title
    assert api(instructor).put(path, {"max_participants": 3}).json()["is_full"] is True


def test_the_date_of_an_ongoing_session_stays_and_its_title_may_change(
    api, instructor, session, now
):
    row = session()
    path = f"/api/sessions/{row.pk}/"
    api(instructor).post(f"{path}start/")

    moved = api(instructor).put(path, {"date": (now + timedelta(days=5)).isoformat()})
    kept = api(instructor).put(path, {"title": "Other", "date": row.date.isoformat()})

    assert (moved.status_code, moved.json()["code"]) == (400, "date_fixed")
    assert (kept.status_code, kept.json()["title"]) == (200, "Other")


def test_a_new_date_or_duration_moves_the_end(api, instructor, session, now):
    row = session()
    date = now + timedelta(days=5)

    api(instructor).put(f"/api/sessions/{row.pk}/", {"date": date.isoformat(), "duration": 45})

    assert Session.objects.get().ends_at == date + timedelta(minutes=45)


def test_what_is_wrong_with_the_caller_is_said_first(api, student, instructor, session):
    """C10: 401, 404, 403, 400 for a field, 400 for the state."""
    row = session()
    services.cancel(Session.objects.seen_by(instructor).get(), by=instructor, now=row.created_at)
    path, wrong = f"/api/sessions/{row.pk}/", {"title": 5}

    assert api().put("/api/sessions/999/", wrong).status_code == 401
    assert api(student).put("/api/sessions/999/", wrong).status_code == 404
    assert api(student).put(path, wrong).json()["code"] == "not_creator"
    assert api(instructor).put(path, wrong).json()["code"] == "validation_error"
    assert api(instructor).put(path, {"title": "Fine"}).json()["code"] == "cannot_update"


def test_a_malformed_body_is_refused_also_where_none_is_needed(api, instructor, session):
    row = session()

    answer = api(instructor).post(
        f"/api/sessions/{row.pk}/start/", "{", content_type="application/json"
    )

    assert (answer.status_code, answer.json()["code"]) == (400, "malformed_body")
    assert Session.objects.get().status == "upcoming"


def test_a_deleted_session_is_gone_with_all_that_belongs_to_it(
    api, instructor, student, session, join
):
    row = session()
    join(row, student)

    assert api(instructor).delete(f"/api/sessions/{row.pk}/").status_code == 204

    assert api(instructor).get(f"/api/sessions/{row.pk}/").status_code == 404
    assert not student.participations.exists()


def test_staff_cancel_with_a_reason_that_is_kept(api, person, session):
    row = session()

    answer = api(person(is_staff=True)).post(
        f"/api/sessions/{row.pk}/cancel/", {"reason": "Not what it says"}
    )

    assert answer.json()["message"] == "Session cancelled successfully"
    assert Session.objects.get().cancel_reason == "Not what it says"
