"""The actions of creators (document: 8–10, and its status flow)."""

import pytest

from tests.document.conftest import answered, refused
from tests.document.shapes import DETAIL, DONE

ACTIONS = ["cancel", "start", "complete"]


@pytest.mark.parametrize(
    ("before", "action", "message", "status"),
    [
        ([], "cancel", "Session cancelled successfully", "cancelled"),
        (["start"], "cancel", "Session cancelled successfully", "cancelled"),
        ([], "start", "Session started successfully", "ongoing"),
        (["start"], "complete", "Session completed successfully", "completed"),
    ],
)
def test_the_creator_changes_the_status_of_a_session(
    instructor, student, before, action, message, status
):
    session = instructor.publish(max_participants=8)
    instructor.do(session, *before)

    done = answered(instructor.post(f"/api/sessions/{session}/{action}/"), 200, DONE)

    assert done["message"] == message
    assert done["session"]["id"] == session
    assert done["session"]["status"] == status
    assert done["session"]["can_join"] is False
    assert done["session"]["participants"] == []
    assert done["session"]["is_full"] is False
    assert done["session"]["available_spots"] == 8
    seen = answered(student.get(f"/api/sessions/{session}/"), 200, DETAIL)
    assert seen["status"] == status


@pytest.mark.parametrize(
    ("before", "action"),
    [
        (["start", "complete"], "cancel"),
        (["cancel"], "cancel"),
        (["start"], "start"),
        (["start", "complete"], "start"),
        (["cancel"], "start"),
        ([], "complete"),
        (["start", "complete"], "complete"),
        (["cancel"], "complete"),
    ],
)
def test_a_transition_outside_the_status_flow_is_a_400(instructor, before, action):
    session = instructor.publish()
    instructor.do(session, *before)
    status = answered(instructor.get(f"/api/sessions/{session}/"), 200, DETAIL)["status"]

    sentence = refused(instructor.post(f"/api/sessions/{session}/{action}/"), 400, "wrong_state")

    assert status in sentence
    after = answered(instructor.get(f"/api/sessions/{session}/"), 200, DETAIL)
    assert after["status"] == status


@pytest.mark.parametrize("action", ACTIONS)
def test_others_cannot_change_the_status_of_a_session(instructor, colleague, student, action):
    session = instructor.publish()
    student.do(session, "join")

    for other in (colleague, student):
        refused(other.post(f"/api/sessions/{session}/{action}/"), 403)
    seen = answered(student.get(f"/api/sessions/{session}/"), 200, DETAIL)
    assert seen["status"] == "upcoming"


@pytest.mark.parametrize("action", ACTIONS)
def test_an_unknown_session_is_a_404(instructor, action):
    refused(instructor.post(f"/api/sessions/999999999/{action}/"), 404, "not_found")
