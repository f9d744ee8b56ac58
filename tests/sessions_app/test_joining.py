"""Joining and leaving an instant session (contract S7, S11)."""

import pytest

from sessions_app.models import Session

pytestmark = pytest.mark.django_db


def test_a_student_joins_and_gets_the_place_and_the_session(api, session, student):
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
