"""PUT with a `status` (contract S6)."""

from __future__ import annotations

import pytest

from sessions_app.models import Session

pytestmark = pytest.mark.django_db


@pytest.fixture
def path(session):
    row = session(booking_mode="request", subject="Programming", level="beginner")
    return f"/api/sessions/{row.pk}/"


@pytest.mark.parametrize(
    ("steps", "expected"),
    [
        (["approved"], "approved"),
        (["approved", "approved"], "approved"),
        (["pending_approval"], "pending_approval"),
        (["approved", "ongoing"], "ongoing"),
        (["approved", "ongoing", "completed"], "completed"),
        (["cancelled"], "cancelled"),
    ],
)
def test_put_with_a_status_changes_the_status(api, instructor, path, steps, expected):
    for step in steps:
        assert api(instructor).put(path, {"status": step, "title": step}).status_code == 200

    row = Session.objects.get()
    assert (row.status, row.title, row.cancel_reason) == (expected, steps[-1], "")


def test_putting_approved_on_a_scheduled_session_changes_nothing(api, instructor, student, path):
    api(student).post(f"{path}join/")
    api(instructor).post(f"{path}approve_request/", {"user_id": student.pk})

    answer = api(instructor).put(path, {"status": "approved"})

    assert (answer.status_code, answer.json()["status"]) == (200, "scheduled")


@pytest.mark.parametrize(
    ("wrong", "code"),
    [
        ("expired", "validation_error"),
        ("scheduled", "validation_error"),
        ("upcoming", "validation_error"),
        ("nonsense", "validation_error"),
        (None, "validation_error"),
        ("ongoing", "wrong_state"),
        ("completed", "wrong_state"),
    ],
)
def test_a_refused_status_also_discards_the_other_changes(api, instructor, path, wrong, code):
    answer = api(instructor).put(path, {"status": wrong, "title": "Other"})

    assert (answer.status_code, answer.json()["code"]) == (400, code)
    assert Session.objects.get().title == "React Hooks Workshop"
