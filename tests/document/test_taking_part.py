"""Joining and leaving (document: 6, 7)."""

import pytest

from tests.document.conftest import answered, refused
from tests.document.shapes import DETAIL, DONE

NOWHERE = "/api/sessions/999999999"


def test_a_student_joins_a_session(instructor, student, friend):
    session = instructor.publish(max_participants=8)
    student.do(session, "join")

    joined = answered(friend.post(f"/api/sessions/{session}/join/"), 201, DONE)

    assert joined["message"] == "Successfully joined the session"
    people = joined["session"]["participants"]
    assert [each["user"]["id"] for each in people] == [student.id, friend.id]
    assert joined["session"]["available_spots"] == 6
    assert joined["session"]["status"] == "upcoming"
    assert joined["session"]["is_full"] is False
    assert joined["session"]["can_join"] is True


def test_the_last_place_fills_a_session_and_the_next_is_refused(instructor, student, friend, third):
    session = instructor.publish(max_participants=2)
    student.do(session, "join")

    last = answered(friend.post(f"/api/sessions/{session}/join/"), 201, DONE)
    late = third.post(f"/api/sessions/{session}/join/")

    assert last["session"]["is_full"] is True
    assert last["session"]["available_spots"] == 0
    assert last["session"]["can_join"] is False
    refused(late, 400, "session_full")


def test_nobody_joins_twice(instructor, student):
    session = instructor.publish()
    student.do(session, "join")

    refused(student.post(f"/api/sessions/{session}/join/"), 400, "already_joined")
    detail = answered(student.get(f"/api/sessions/{session}/"), 200, DETAIL)
    assert len(detail["participants"]) == 1


def test_nobody_joins_their_own_session(instructor):
    session = instructor.publish()

    refused(instructor.post(f"/api/sessions/{session}/join/"), 400, "own_session")


@pytest.mark.parametrize("actions", [["start"], ["start", "complete"], ["cancel"]])
def test_a_session_that_is_not_upcoming_cannot_be_joined(instructor, student, actions):
    session = instructor.publish()
    instructor.do(session, *actions)

    refused(student.post(f"/api/sessions/{session}/join/"), 400, "session_not_open")


def test_a_student_leaves_a_session(instructor, student, friend):
    session = instructor.publish()
    student.do(session, "join")
    friend.do(session, "join")

    left = answered(student.post(f"/api/sessions/{session}/leave/"), 200, DONE)

    assert left["message"] == "Successfully left the session"
    assert [each["user"]["id"] for each in left["session"]["participants"]] == [friend.id]
    assert left["session"]["available_spots"] == 5


def test_somebody_who_left_can_join_again(instructor, student):
    session = instructor.publish()
    student.do(session, "join", "leave")

    again = answered(student.post(f"/api/sessions/{session}/join/"), 201, DONE)

    assert [each["user"]["id"] for each in again["session"]["participants"]] == [student.id]


def test_somebody_who_has_not_joined_cannot_leave(instructor, student):
    session = instructor.publish()

    refused(student.post(f"/api/sessions/{session}/leave/"), 400, "not_joined")


@pytest.mark.parametrize(
    "actions", [["start"], ["start", "complete"]], ids=["ongoing", "completed"]
)
def test_an_ongoing_or_completed_session_cannot_be_left(instructor, student, actions):
    session = instructor.publish()
    student.do(session, "join")
    instructor.do(session, *actions)

    refused(student.post(f"/api/sessions/{session}/leave/"), 400, "cannot_leave")


@pytest.mark.parametrize("action", ["join", "leave"])
def test_an_unknown_session_is_a_404(student, action):
    refused(student.post(f"{NOWHERE}/{action}/"), 404, "not_found")
