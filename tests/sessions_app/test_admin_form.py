"""Editing a session in the admin, under the rules of the API."""

from __future__ import annotations

from datetime import timedelta

import pytest

from core.errors import APIError
from notifications.models import Notification
from sessions_app import services
from sessions_app.models import Session

pytestmark = pytest.mark.django_db

LIST = "/admin/sessions_app/session/"


def form(session, **changes):
    """Return the data that a browser sends when the change page is saved."""
    places = list(session.participants.present())
    data = {
        "seen_version": session.version,
        "title": session.title,
        "description": session.description,
        "subject": session.subject,
        "level": session.level,
        "date_0": session.date.strftime("%Y-%m-%d"),
        "date_1": session.date.strftime("%H:%M:%S"),
        "duration": session.duration,
        "max_participants": session.max_participants,
        "participants-TOTAL_FORMS": len(places),
        "participants-INITIAL_FORMS": len(places),
        "booking_requests-TOTAL_FORMS": 0,
        "booking_requests-INITIAL_FORMS": 0,
    }
    for index, place in enumerate(places):
        data[f"participants-{index}-id"] = place.pk
        data[f"participants-{index}-session"] = session.pk
    return data | changes


def test_the_status_can_not_be_edited(desk, session):
    row = session()

    desk.post(f"{LIST}{row.pk}/change/", form(row, status="completed", title="Other"))

    saved = Session.objects.get()
    assert (saved.title, saved.status) == ("Other", "upcoming")


def test_an_edited_date_and_duration_move_the_end_with_a_notification(desk, session, student, join):
    row = session()
    join(row, student)
    row.refresh_from_db()
    date = row.date + timedelta(days=1)

    desk.post(f"{LIST}{row.pk}/change/", form(row, date_0=date.strftime("%Y-%m-%d"), duration=30))

    saved = Session.objects.get()
    assert (saved.date, saved.ends_at) == (date, date + timedelta(minutes=30))
    assert Notification.objects.of(student).get().event == "rescheduled"


@pytest.mark.parametrize(
    "changes",
    [
        {"max_participants": 1},
        {"max_participants": 21},
        {"date_0": "2020-01-01"},
        {"duration": 5},
        {"level": "expert"},
        {"title": ""},
        {"title": "x" * 201},
        {"description": "x" * 10_001},
    ],
)
def test_an_edit_that_exceeds_the_limits_shows_an_error_and_saves_nothing(desk, session, changes):
    row = session()

    page = desk.post(f"{LIST}{row.pk}/change/", form(row, **changes))

    assert page.status_code == 200
    assert "errorlist" in page.content.decode()
    assert Session.objects.get().version == 1


def test_an_outdated_page_does_not_undo_later_changes(desk, session, instructor, now):
    row = session()
    page = form(row, max_participants=9)
    services.update(row, by=instructor, now=now, title="Newer")

    answer = desk.post(f"{LIST}{row.pk}/change/", page)

    assert "changed since you opened the page" in answer.content.decode()
    saved = Session.objects.get()
    assert (saved.title, saved.max_participants) == ("Newer", row.max_participants)


def test_a_session_that_ended_in_the_meantime_is_not_changed(session, staff, instructor, now):
    row = session()
    services.cancel(row, by=instructor, now=now)

    with pytest.raises(APIError, match="A session that is cancelled can't be changed"):
        services.edit(row, by=staff, now=now, title="Other")

    assert Session.objects.get().title == row.title


def test_the_form_refuses_a_new_date_of_an_ongoing_session_and_keeps_the_input(
    desk, session, instructor, now
):
    row = session()
    services.start(row, by=instructor, now=now)
    row.refresh_from_db()

    answer = desk.post(
        f"{LIST}{row.pk}/change/",
        form(row, date_0=f"{now + timedelta(days=9):%Y-%m-%d}", title="Typed so far"),
    )

    assert "Typed so far" in answer.content.decode()
    assert Session.objects.get().title == row.title


def test_a_request_session_needs_a_subject(desk, offered):
    [row] = offered()

    page = desk.post(f"{LIST}{row.pk}/change/", form(row, subject=""))

    assert "needs a subject" in page.content.decode()


def test_there_can_not_be_fewer_places_than_participants(desk, session, person, join):
    row = session()
    for _ in range(3):
        join(row, person())
    row.refresh_from_db()

    page = desk.post(f"{LIST}{row.pk}/change/", form(row, max_participants=2))

    assert "From 3 to 20." in page.content.decode()


def test_removing_a_participant_frees_the_place_and_notifies_them(
    desk, session, student, person, join
):
    row = session()
    for user in (student, person()):
        join(row, user)
    row.refresh_from_db()

    desk.post(f"{LIST}{row.pk}/change/", form(row, **{"participants-0-DELETE": "on"}))

    saved = Session.objects.get()
    assert saved.participant_count == saved.participants.present().count() == 1
    assert Notification.objects.of(student).get().event == "removed"
    assert Notification.objects.of(row.creator).first().event == "left"


def test_nobody_can_be_removed_from_an_ongoing_session(
    desk, session, student, join, instructor, now
):
    row = session()
    join(row, student)
    services.start(row, by=instructor, now=now)
    row.refresh_from_db()

    page = desk.post(f"{LIST}{row.pk}/change/", form(row, **{"participants-0-DELETE": "on"}))

    assert "Nobody can leave a session that is ongoing." in page.content.decode()
    assert Session.objects.get().participant_count == 1


def test_a_session_that_is_over_can_be_viewed_but_not_changed(desk, session, instructor, now):
    row = session()
    services.cancel(Session.objects.seen_by(instructor).get(), by=instructor, now=now)

    assert desk.get(f"{LIST}{row.pk}/change/").status_code == 200
    assert desk.post(f"{LIST}{row.pk}/change/", form(row, title="Other")).status_code == 403
