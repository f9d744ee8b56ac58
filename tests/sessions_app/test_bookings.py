"""Booking requests (contract S8, S11)."""

from __future__ import annotations

from datetime import timedelta

import pytest

from sessions_app import services
from sessions_app.models import BookingRequest, Participant, Session

pytestmark = pytest.mark.django_db


@pytest.fixture
def offered(session):
    """`offered(max_participants=2)`: create a request session of the instructor."""
    return lambda **fields: session(
        booking_mode="request", subject="Programming", level="beginner", **fields
    )


@pytest.fixture
def path(offered):
    return f"/api/sessions/{offered(max_participants=2).pk}/"


def ask(client, path, message="Please"):
    return client.post(f"{path}join/", {"message": message})


def decide(client, path, decision, user):
    return client.post(f"{path}{decision}_request/", {"user_id": user.pk})


def status(client, path):
    return client.get(path).json()["status"]


def test_asking_makes_a_pending_request_that_is_visible_to_the_creator(
    api, instructor, student, path
):
    answer = ask(api(student), path)

    assert answer.status_code == 201
    body = answer.json()
    assert set(body) == {"id", "user", "message", "status", "requested_at", "session"}
    assert (body["message"], body["status"]) == ("Please", "pending")
    assert body["session"]["viewer_role"] == "requested"
    [seen] = api(instructor).get(path).json()["booking_requests"]
    assert (seen["id"], seen["user"]["id"]) == (body["id"], student.pk)


def test_asking_needs_no_message(api, student, path):
    assert api(student).post(f"{path}join/").json()["message"] == ""


def test_askers_see_their_own_request_and_no_other(api, student, person, path):
    ask(api(student), path)

    assert len(api(student).get(path).json()["booking_requests"]) == 1
    assert api(person()).get(path).json()["booking_requests"] == []
    assert api(person()).get(f"{path}booking_requests/").json()["count"] == 0
    assert api(person(is_staff=True)).get(f"{path}booking_requests/").json()["count"] == 1


def test_approving_makes_a_participant_and_schedules_the_session(api, instructor, student, path):
    ask(api(student), path)

    answer = decide(api(instructor), path, "approve", student)

    assert (answer.status_code, answer.json()["status"]) == (200, "approved")
    shown = api(student).get(path).json()
    assert shown["status"] == "scheduled"
    assert shown["viewer_role"] == "participant"
    assert shown["participant_count"] == len(shown["participants"]) == 1


def test_a_decision_stores_who_made_it_and_when(api, instructor, student, path):
    ask(api(student), path)

    decide(api(instructor), path, "reject", student)

    request = BookingRequest.objects.get()
    assert (request.status, request.decided_by) == ("rejected", instructor)
    assert request.decided_at is not None


def test_a_request_for_a_full_session_can_not_be_approved(api, instructor, person, path):
    people = [person() for _ in range(3)]
    for asker in people:
        ask(api(asker), path)
    for asker in people[:2]:
        decide(api(instructor), path, "approve", asker)

    refused = decide(api(instructor), path, "approve", people[2])

    assert (refused.status_code, refused.json()["code"]) == (400, "session_full")
    assert "approve_request" not in api(instructor).get(path).json()["allowed_actions"]
    assert decide(api(instructor), path, "reject", people[2]).status_code == 200


@pytest.mark.parametrize("decision", ["approve", "reject"])
def test_a_decision_on_a_person_who_has_not_asked_is_not_found(
    api, instructor, student, person, path, decision
):
    ask(api(student), path)

    assert decide(api(instructor), path, decision, person()).status_code == 404


def test_in_a_full_session_a_person_who_has_not_asked_is_not_found(api, instructor, person, path):
    people = [person() for _ in range(3)]
    for asker in people:
        ask(api(asker), path)
    codes = [decide(api(instructor), path, "approve", each).json().get("code") for each in people]
    assert codes == [None, None, "session_full"]

    assert decide(api(instructor), path, "approve", person()).status_code == 404


def test_in_an_instant_session_a_decision_is_not_found_with_any_body(api, instructor, session):
    path = f"/api/sessions/{session().pk}/"

    for body in ({}, {"user_id": "x"}, {"user_id": 1}):
        assert api(instructor).post(f"{path}approve_request/", body).status_code == 404


def test_a_request_can_be_withdrawn_once(api, instructor, student, path):
    ask(api(student), path)

    assert api(student).post(f"{path}withdraw_request/").status_code == 204
    assert api(student).post(f"{path}withdraw_request/").status_code == 404
    assert decide(api(instructor), path, "approve", student).status_code == 404


def test_a_person_can_ask_three_times_in_all(api, instructor, student, path):
    for _ in range(3):
        assert ask(api(student), path).status_code == 201
        assert ask(api(student), path).json()["code"] == "already_requested"
        decide(api(instructor), path, "reject", student)

    refused = ask(api(student), path)

    assert (refused.status_code, refused.json()["code"]) == (400, "asked_enough")


def test_taking_a_request_back_does_not_make_room_for_more(api, instructor, student, path):
    for _ in range(3):
        assert ask(api(student), path).status_code == 201
        api(student).post(f"{path}withdraw_request/")

    assert ask(api(student), path).json()["code"] == "asked_enough"
    assert api(instructor).get(path).json()["booking_requests"] == []
    assert api(student).get(f"{path}booking_requests/").json()["count"] == 0


def test_a_person_can_ask_again_after_leaving(api, instructor, student, path):
    ask(api(student), path)
    decide(api(instructor), path, "approve", student)

    left = api(student).post(f"{path}leave/")

    assert left.json()["session"]["participant_count"] == 0
    assert ask(api(student), path).status_code == 201


@pytest.mark.parametrize("action", ["start", "cancel"])
def test_pending_requests_are_rejected_when_the_session_starts_or_is_cancelled(
    api, instructor, student, path, action
):
    ask(api(student), path)
    api(instructor).post(f"{path}approve/")

    api(instructor).post(f"{path}{action}/")

    assert BookingRequest.objects.get().status == "rejected"
    assert api(student).get("/api/sessions/requested_sessions/").json()["count"] == 0


def test_own_requests_are_listed_while_they_are_pending(api, instructor, student, path):
    ask(api(student), path)
    waiting = api(student).get("/api/sessions/requested_sessions/").json()
    decide(api(instructor), path, "approve", student)

    assert waiting["count"] == 1
    assert api(student).get("/api/sessions/requested_sessions/").json()["count"] == 0


def test_an_approved_asker_joins_at_the_time_of_the_approval(offered, instructor, student, now):
    row = offered()
    later = now + timedelta(hours=1)
    services.join(Session.objects.seen_by(student).get(), by=student, now=now)

    services.approve_request(row, user_id=student.pk, by=instructor, now=later)

    assert Participant.objects.get().joined_at == later


def test_a_session_shows_a_hundred_requests_and_the_list_has_all_of_them(
    api, offered, instructor, person, now
):
    row = offered()
    people = [person() for _ in range(101)]
    BookingRequest.objects.bulk_create(
        BookingRequest(session=row, user=each, requested_at=now) for each in people
    )
    client, path = api(instructor), f"/api/sessions/{row.pk}/"

    shown = client.get(path).json()["booking_requests"]

    assert [each["user"]["id"] for each in shown] == [each.pk for each in people[:0:-1]]
    assert client.get(f"{path}booking_requests/").json()["count"] == 101
