"""Who is notified of what about a group session (contract N2, N4, S8)."""

from __future__ import annotations

from datetime import timedelta

import pytest

from notifications.models import Notification
from sessions_app import services
from sessions_app.jobs import complete_sessions, expire_sessions
from sessions_app.models import Session

pytestmark = pytest.mark.django_db


@pytest.fixture
def titles():
    """`titles(user)`: the person's notifications since `titles.forget()`, oldest first."""
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
def scene(session, person, api, instructor, titles):
    """A `request` session: (path, participant, asker). Notifications until now are forgotten."""
    row = session(title="Algebra", booking_mode="request", subject="Maths", level="beginner")
    path = f"/api/sessions/{row.pk}/"
    participant = person("paula", first_name="Paula", last_name="Pires")
    asker = person("ana")
    for user in (participant, asker):
        api(user).post(f"{path}join/")
    api(instructor).post(f"{path}approve_request/", {"user_id": participant.pk})
    titles.forget()
    return path, participant, asker


def test_a_request_notifies_the_creator(api, instructor, session, person, titles):
    row = session(title="Algebra", booking_mode="request", subject="Maths", level="beginner")
    bob = person("bob", first_name="Bob", last_name="Wilson")

    api(bob).post(f"/api/sessions/{row.pk}/join/")

    notification = Notification.objects.get()
    assert (notification.user, notification.type, notification.session) == (
        instructor,
        "booking_request",
        row,
    )
    assert notification.title == "New booking request for Algebra"
    assert notification.message == "Bob Wilson wants to join your session."


def test_somebody_without_a_name_is_called_by_their_username(api, session, person):
    row = session(booking_mode="request", subject="Maths", level="beginner")

    api(person("nameless")).post(f"/api/sessions/{row.pk}/join/")

    assert Notification.objects.get().message == "nameless wants to join your session."


@pytest.mark.parametrize(("decision", "word"), [("approve", "approved"), ("reject", "rejected")])
def test_a_decision_notifies_the_asker(api, instructor, scene, titles, decision, word):
    path, _, asker = scene

    api(instructor).post(f"{path}{decision}_request/", {"user_id": asker.pk})

    notification = Notification.objects.of(asker).get()
    assert notification.title == f"Booking request {word} for Algebra"
    assert notification.message == f"Your request to join Algebra has been {word}."
    assert notification.type == "session_update"
    assert titles(instructor) == []


def test_joining_and_leaving_notify_the_creator(api, instructor, session, student, titles):
    path = f"/api/sessions/{session(title='Algebra').pk}/"

    api(student).post(f"{path}join/")
    api(student).post(f"{path}leave/")

    assert titles(instructor) == ["New participant in Algebra", "Participant left Algebra"]


@pytest.mark.parametrize(
    ("action", "participant_titles", "asker_titles"),
    [
        ("start", ["Session started: Algebra"], ["Booking request rejected for Algebra"]),
        ("cancel", ["Session cancelled: Algebra"], ["Session cancelled: Algebra"]),
    ],
)
def test_starting_or_cancelling_notifies_everybody_concerned_once(
    api, instructor, scene, titles, action, participant_titles, asker_titles
):
    path, participant, asker = scene

    api(instructor).post(f"{path}{action}/")

    assert titles(participant) == participant_titles
    assert titles(asker) == asker_titles
    assert titles(instructor) == []


def test_a_completion_by_the_scheduler_notifies_participants(api, instructor, scene, titles, now):
    path, participant, asker = scene
    api(instructor).post(f"{path}start/")
    titles.forget()

    complete_sessions(now + timedelta(hours=4))

    assert titles(participant) == ["Session completed: Algebra"]
    assert titles(asker) == titles(instructor) == []


def test_expiry_notifies_participants_and_closes_requests(scene, titles, now):
    _, participant, asker = scene

    expire_sessions(now + timedelta(days=9))
    expire_sessions(now + timedelta(days=9))

    assert titles(participant) == ["Session expired: Algebra"]
    assert titles(asker) == ["Booking request rejected for Algebra"]


def test_a_deletion_notifies_and_no_notification_refers_to_the_deleted_session(
    api, instructor, scene, titles
):
    path, participant, asker = scene

    assert api(instructor).delete(path).status_code == 204

    assert titles(participant) == titles(asker) == ["Session deleted: Algebra"]
    assert set(Notification.objects.values_list("session", flat=True)) == {None}


def test_a_new_date_notifies_and_a_new_title_does_not(api, instructor, scene, titles, now):
    path, participant, asker = scene
    shown = api(instructor).get(path).json()

    api(instructor).put(path, {"title": "Algebra", "duration": 90, "date": shown["date"]})
    assert titles(participant) == []

    date = (now + timedelta(days=90)).replace(hour=15, minute=30)
    api(instructor).put(path, {"date": date.isoformat()})
    assert titles(participant) == ["Session rescheduled: Algebra"]
    assert f"{date:%d %B %Y} at 15:30 UTC" in Notification.objects.of(participant).first().message
    assert titles(asker) == []


def test_a_cancellation_by_staff_notifies_also_the_creator_with_the_reason(
    api, instructor, person, scene, titles
):
    path, participant, asker = scene

    api(person(is_staff=True)).post(f"{path}cancel/", {"reason": "Spam"})

    assert titles(instructor) == titles(asker) == ["Session cancelled: Algebra"]
    for user in (instructor, participant, asker):
        assert "The reason: Spam" in Notification.objects.of(user).first().message


def test_an_approval_by_staff_notifies_the_creator(api, instructor, person, session, titles):
    row = session(title="Algebra", booking_mode="request", subject="Maths", level="beginner")

    api(person(is_staff=True)).post(f"/api/sessions/{row.pk}/approve/")

    assert titles(instructor) == ["Session approved: Algebra"]


def test_a_refused_action_notifies_nobody(api, scene, titles, person, instructor, now):
    path, participant, asker = scene

    api(asker).post(f"{path}join/")
    api(instructor).post(f"{path}approve_request/", {"user_id": person().pk})
    api(instructor).post(f"{path}complete/")
    date = (now + timedelta(days=90)).isoformat()
    refused = api(instructor).put(path, {"date": date, "status": "completed"})
    assert refused.json()["code"] == "wrong_state"

    assert titles(participant) == titles(asker) == titles(instructor) == []


def test_braces_in_a_title_are_just_braces(session, student, instructor, now):
    row = session(title="{person} {0} %s")
    services.join(Session.objects.seen_by(student).get(pk=row.pk), by=student, now=now)

    assert Notification.objects.get().title == "New participant in {person} {0} %s"
