"""Who hears what of a group session (contract N2, N4, S8)."""

from __future__ import annotations

from datetime import timedelta

import pytest

from notifications.models import Notification
from sessions_app import services
from sessions_app.jobs import complete_sessions, expire_sessions
from sessions_app.models import Session

pytestmark = pytest.mark.django_db


@pytest.fixture
def heard():
    """`heard(user)`: the titles of what somebody was told since the last time, oldest first."""
    last = 0

    def read(user):
        rows = Notification.objects.of(user).order_by("pk")
        return [row.title for row in rows.filter(pk__gt=last)]

    def forget():
        nonlocal last
        last = Notification.objects.order_by("pk").last().pk

    read.forget = forget
    return read


@pytest.fixture
def scene(session, person, api, instructor, heard):
    """A request session with a participant and an asker, and what they were told so far
    forgotten: (path, participant, asker)."""
    row = session(title="Algebra", booking_mode="request", subject="Maths", level="beginner")
    path = f"/api/sessions/{row.pk}/"
    participant = person("paula", first_name="Paula", last_name="Pires")
    asker = person("ana")
    for user in (participant, asker):
        api(user).post(f"{path}join/")
    api(instructor).post(f"{path}approve_request/", {"user_id": participant.pk})
    heard.forget()
    return path, participant, asker


def test_a_request_is_told_to_the_creator(api, instructor, session, person, heard):
    row = session(title="Algebra", booking_mode="request", subject="Maths", level="beginner")
    bob = person("bob", first_name="Bob", last_name="Wilson")

    api(bob).post(f"/api/sessions/{row.pk}/join/")

    told = Notification.objects.get()
    assert (told.user, told.type, told.session) == (instructor, "booking_request", row)
    assert told.title == "New booking request for Algebra"
    assert told.message == "Bob Wilson wants to join your session."


def test_somebody_without_names_is_called_by_the_username(api, session, person):
    row = session(booking_mode="request", subject="Maths", level="beginner")

    api(person("nameless")).post(f"/api/sessions/{row.pk}/join/")

    assert Notification.objects.get().message == "nameless wants to join your session."


@pytest.mark.parametrize(("decision", "word"), [("approve", "approved"), ("reject", "rejected")])
def test_a_decision_is_told_to_the_one_who_asked(api, instructor, scene, heard, decision, word):
    path, _, asker = scene

    api(instructor).post(f"{path}{decision}_request/", {"user_id": asker.pk})

    told = Notification.objects.of(asker).get()
    assert told.title == f"Booking request {word} for Algebra"
    assert told.message == f"Your request to join Algebra has been {word}."
    assert told.type == "session_update"
    assert heard(instructor) == []


def test_joining_and_leaving_are_told_to_the_creator(api, instructor, session, student, heard):
    path = f"/api/sessions/{session(title='Algebra').pk}/"

    api(student).post(f"{path}join/")
    api(student).post(f"{path}leave/")

    assert heard(instructor) == ["New participant in Algebra", "Participant left Algebra"]


@pytest.mark.parametrize(
    ("act", "participant_hears", "asker_hears"),
    [
        ("start", ["Session started: Algebra"], ["Booking request rejected for Algebra"]),
        ("cancel", ["Session cancelled: Algebra"], ["Session cancelled: Algebra"]),
    ],
)
def test_what_begins_or_ends_a_session_is_told_once_to_everybody_concerned(
    api, instructor, scene, heard, act, participant_hears, asker_hears
):
    path, participant, asker = scene

    api(instructor).post(f"{path}{act}/")

    assert heard(participant) == participant_hears
    assert heard(asker) == asker_hears
    assert heard(instructor) == []


def test_completion_is_told_to_participants_by_whom_ever(api, instructor, scene, heard, now):
    path, participant, asker = scene
    api(instructor).post(f"{path}start/")
    heard.forget()

    complete_sessions(now + timedelta(hours=4))

    assert heard(participant) == ["Session completed: Algebra"]
    assert heard(asker) == heard(instructor) == []


def test_expiry_is_told_to_participants_and_closes_requests(scene, heard, now):
    _, participant, asker = scene

    expire_sessions(now + timedelta(days=9))
    expire_sessions(now + timedelta(days=9))

    assert heard(participant) == ["Session expired: Algebra"]
    assert heard(asker) == ["Booking request rejected for Algebra"]


def test_a_deleted_session_is_told_of_and_named_by_no_notification(api, instructor, scene, heard):
    path, participant, asker = scene

    assert api(instructor).delete(path).status_code == 204

    assert heard(participant) == heard(asker) == ["Session deleted: Algebra"]
    assert set(Notification.objects.values_list("session", flat=True)) == {None}


def test_a_new_date_is_told_and_a_new_title_is_not(api, instructor, scene, heard, now):
    path, participant, asker = scene
    shown = api(instructor).get(path).json()

    api(instructor).put(path, {"title": "Algebra", "duration": 90, "date": shown["date"]})
    assert heard(participant) == []

    date = (now + timedelta(days=90)).replace(hour=15, minute=30)
    api(instructor).put(path, {"date": date.isoformat()})
    assert heard(participant) == ["Session rescheduled: Algebra"]
    assert f"{date:%d %B %Y} at 15:30 UTC" in Notification.objects.of(participant).first().message
    assert heard(asker) == []


def test_staff_who_cancel_tell_the_reason_to_the_creator_too(api, instructor, person, scene, heard):
    path, participant, asker = scene

    api(person(is_staff=True)).post(f"{path}cancel/", {"reason": "Spam"})

    assert heard(instructor) == heard(asker) == ["Session cancelled: Algebra"]
    for user in (instructor, participant, asker):
        assert "The reason: Spam" in Notification.objects.of(user).first().message


def test_staff_who_approve_tell_the_creator(api, instructor, person, session, heard):
    row = session(title="Algebra", booking_mode="request", subject="Maths", level="beginner")

    api(person(is_staff=True)).post(f"/api/sessions/{row.pk}/approve/")

    assert heard(instructor) == ["Session approved: Algebra"]


def test_what_was_refused_is_told_to_nobody(api, scene, heard, person, instructor, now):
    path, participant, asker = scene

    api(asker).post(f"{path}join/")
    api(instructor).post(f"{path}approve_request/", {"user_id": person().pk})
    api(instructor).post(f"{path}complete/")
    date = (now + timedelta(days=90)).isoformat()
    refused = api(instructor).put(path, {"date": date, "status": "completed"})
    assert refused.json()["code"] == "wrong_state"

    assert heard(participant) == heard(asker) == heard(instructor) == []


def test_braces_in_a_title_are_just_braces(session, student, instructor, now):
    row = session(title="{person} {0} %s")
    services.join(Session.objects.seen_by(student).get(pk=row.pk), by=student, now=now)

    assert Notification.objects.get().title == "New participant in {person} {0} %s"
