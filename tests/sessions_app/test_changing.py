"""Changing, cancelling and deleting sessions (contract S3, S6, S7, C8, C10)."""

from __future__ import annotations

from datetime import timedelta

import pytest

from sessions_app import services
from sessions_app.models import Session
from tests.sessions_app.test_publishing import DETAIL_KEYS

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("method", ["put", "patch"])
def test_only_the_fields_that_are_sent_are_changed(api, instructor, session, method):
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


def test_an_object_sent_back_unchanged_changes_nothing(api, instructor, session):
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


def test_there_can_not_be_fewer_places_than_participants(api, instructor, session, join, person):
    row = session()
    for _ in range(3):
        join(row, person())
    path = f"/api/sessions/{row.pk}/"

    refused = api(instructor).put(path, {"max_participants": 2, "title": "Other"})

    assert refused.status_code == 400
    assert "3 participants" in refused.json()["fields"]["max_participants"][0]
    assert Session.objects.get().title == row.title
    assert api(instructor).put(path, {"max_participants": 3}).json()["is_full"] is True


def test_the_title_of_an_ongoing_session_can_be_changed_but_not_its_date(
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


def test_refusals_have_a_fixed_order(api, student, instructor, session):
    """C10: 401, 404, 403, 400 for a field, 400 for the status."""
    row = session()
    services.cancel(Session.objects.seen_by(instructor).get(), by=instructor, now=row.created_at)
    path, wrong = f"/api/sessions/{row.pk}/", {"title": 5}

    assert api().put("/api/sessions/999/", wrong).status_code == 401
    assert api(student).put("/api/sessions/999/", wrong).status_code == 404
    assert api(student).put(path, wrong).json()["code"] == "not_creator"
    assert api(instructor).put(path, wrong).json()["code"] == "validation_error"
    assert api(instructor).put(path, {"title": "Fine"}).json()["code"] == "cannot_update"


def test_a_malformed_body_is_refused_even_if_none_is_needed(api, instructor, session):
    row = session()

    answer = api(instructor).post(
        f"/api/sessions/{row.pk}/start/", "{", content_type="application/json"
    )

    assert (answer.status_code, answer.json()["code"]) == (400, "malformed_body")
    assert Session.objects.get().status == "upcoming"


def test_deleting_a_session_deletes_everything_that_belongs_to_it(
    api, instructor, student, session, join
):
    row = session()
    join(row, student)

    assert api(instructor).delete(f"/api/sessions/{row.pk}/").status_code == 204

    assert api(instructor).get(f"/api/sessions/{row.pk}/").status_code == 404
    assert not student.participations.exists()


def test_the_reason_of_a_cancellation_by_staff_is_stored(api, person, session):
    row = session()

    answer = api(person(is_staff=True)).post(
        f"/api/sessions/{row.pk}/cancel/", {"reason": "Not what it says"}
    )

    assert answer.json()["message"] == "Session cancelled successfully"
    assert Session.objects.get().cancel_reason == "Not what it says"
