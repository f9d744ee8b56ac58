"""What creators alone do (document: 8–10, and its status flow)."""

import pytest

from tests.document.conftest import answered, refused
from tests.document.shapes import DETAIL, DONE

ACTS = ["cancel", "start", "complete"]


@pytest.mark.parametrize(
    ("before", "act", "message", "status"),
    [
        ([], "cancel", "Session cancelled successfully", "cancelled"),
        (["start"], "cancel", "Session cancelled successfully", "cancelled"),
        ([], "start", "Session started successfully", "ongoing"),
        (["start"], "complete", "Session completed successfully", "completed"),
    ],
)
def test_the_creator_moves_a_session_on(instructor, student, before, act, message, status):
    session = instructor.publish(max_participants=8)
    instructor.act(session, *before)

    done = answered(instructor.post(f"/api/sessions/{session}/{act}/"), 200, DONE)

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
    ("before", "act"),
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
def test_a_move_that_the_status_flow_does_not_have_is_a_400(instructor, before, act):
    session = instructor.publish()
    instructor.act(session, *before)
    status = answered(instructor.get(f"/api/sessions/{session}/"), 200, DETAIL)["status"]

    sentence = refused(instructor.post(f"/api/sessions/{session}/{act}/"), 400, "wrong_state")

    assert status in sentence
    after = answered(instructor.get(f"/api/sessions/{session}/"), 200, DETAIL)
    assert after["status"] == status


@pytest.mark.parametrize("act", ACTS)
def test_others_cannot_move_a_session(instructor, colleague, student, act):
    session = instructor.publish()
    student.act(session, "join")

    for other in (colleague, student):
        refused(other.post(f"/api/sessions/{session}/{act}/"), 403)
    seen = answered(student.get(f"/api/sessions/{session}/"), 200, DETAIL)
    assert seen["status"] == "upcoming"


@pytest.mark.parametrize("act", ACTS)
def test_an_unknown_session_is_a_404(instructor, act):
    refused(instructor.post(f"/api/sessions/999999999/{act}/"), 404, "not_found")
