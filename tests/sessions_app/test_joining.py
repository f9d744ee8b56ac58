"""Joining and leaving an instant session (contract S7, S10, S11)."""

import pytest

from sessions_app.models import Session

pytestmark = pytest.mark.django_db


def test_joining_returns_the_place_and_the_session(api, session, student):
    published = session()

    answer = api(student).post(f"/api/sessions/{published.pk}/join/")

    assert answer.status_code == 201
    body = answer.json()
    assert body["message"] == "Successfully joined the session"
    assert body["status"] == "approved"
    assert body["user"]["username"] == "sam"
    assert body["session"]["participant_count"] == 1
    assert body["session"]["available_spots"] == 5
    assert [each["user"]["id"] for each in body["session"]["participants"]] == [student.pk]
    assert Session.objects.get().participant_count == 1


def test_leaving_frees_the_place(api, session, student, join):
    published = session(max_participants=2)
    join(published, student)

    answer = api(student).post(f"/api/sessions/{published.pk}/leave/")

    assert answer.status_code == 200
    assert answer.json()["message"] == "Successfully left the session"
    assert answer.json()["session"]["participant_count"] == 0
    assert answer.json()["session"]["participants"] == []


def test_a_person_can_join_again_after_leaving(api, session, student):
    path = f"/api/sessions/{session().pk}/"

    for action, count in (("join", 1), ("leave", 0), ("join", 1)):
        shown = api(student).post(f"{path}{action}/").json()["session"]
        assert shown["participant_count"] == count


def test_a_full_session_can_not_be_joined(api, session, person, join):
    published = session(max_participants=2)
    for _ in range(2):
        join(published, person())

    refused = api(person()).post(f"/api/sessions/{published.pk}/join/")

    assert (refused.status_code, refused.json()["code"]) == (400, "session_full")


def test_a_session_whose_date_is_past_can_not_be_joined(api, session, student, time_machine_at):
    published = session()
    time_machine_at(published.date)

    refused = api(student).post(f"/api/sessions/{published.pk}/join/")

    assert (refused.status_code, refused.json()["code"]) == (400, "session_in_past")
    assert api(student).get(f"/api/sessions/{published.pk}/").json()["can_join"] is False


def test_the_role_of_an_instructor_who_joins_is_tutor(api, session, student, person, join):
    published = session()
    join(published, student)
    join(published, person(role="instructor"))

    places = api(student).get(f"/api/sessions/{published.pk}/participants/").json()

    assert [place["role"] for place in places] == ["student", "tutor"]
    assert set(places[0]) == {"id", "user", "role", "status", "joined_at"}


def test_joining_does_not_change_updated_at(api, session, student):
    published = session()

    shown = api(student).post(f"/api/sessions/{published.pk}/join/").json()["session"]

    assert shown["updated_at"] == shown["created_at"]
