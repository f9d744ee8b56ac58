"""Sessions in the admin: everything through the services, nothing past the rules."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.contrib.admin.models import LogEntry
from django.db import connection
from django.test.utils import CaptureQueriesContext

from notifications.models import Notification
from sessions_app import services
from sessions_app.models import BookingRequest, Session

pytestmark = pytest.mark.django_db

LIST = "/admin/sessions_app/session/"


@pytest.fixture
def staff(person):
    return person("rosa", is_staff=True, is_superuser=True)


@pytest.fixture
def desk(client, staff):
    """Django's test client, signed in as staff."""
    client.force_login(staff)
    return client


@pytest.fixture
def offered(session):
    def make(number=1):
        return [
            session(title=f"S{n}", booking_mode="request", subject="Maths", level="beginner")
            for n in range(number)
        ]

    return make


def act(desk, action, sessions, **extra):
    data = {"action": action, "_selected_action": [each.pk for each in sessions], **extra}
    answer = desk.post(LIST, data, follow=True)
    return answer, [str(message) for message in answer.context.get("messages", [])]


def form(session, **changes):
    """What the browser sends when the change page is saved."""
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


def test_approving_ten_of_which_one_is_cancelled_approves_nine_and_reports_one(
    desk, offered, staff, instructor, now
):
    sessions = offered(10)
    row = Session.objects.seen_by(instructor).get(pk=sessions[3].pk)
    services.cancel(row, by=instructor, now=now)

    _, said = act(desk, "approve_selected", sessions)

    assert Session.objects.filter(status="approved").count() == 9
    assert said == ["S3: A session that is cancelled can't become approved.", "9 approved."]
    assert LogEntry.objects.filter(user=staff, change_message="Approved").count() == 9


def test_cancelling_asks_for_a_reason_and_tells_it_to_everybody(desk, session, student, join):
    row = session()
    join(row, student)

    page, _ = act(desk, "cancel_selected", [row])
    assert row.title in page.content.decode()
    assert Session.objects.get().status == "upcoming"

    _, said = act(desk, "cancel_selected", [row], reason="Double booked")
    assert said == ["1 cancelled."]
    assert Session.objects.get().status == "cancelled"
    assert "Double booked" in Notification.objects.of(student).get().message


def test_the_list_is_searched_filtered_and_takes_as_many_queries_for_three_as_for_one(
    desk, session
):
    counts = []
    for _ in range(2):
        session(title="Needle")
        with CaptureQueriesContext(connection) as captured:
            page = desk.get(LIST, {"q": "needle", "status__exact": "upcoming"})
        assert "Needle" in page.content.decode()
        counts.append(len(captured))
        session(title="Needle")

    assert counts[0] == counts[1]


def test_the_change_page_shows_participants_and_requests_in_a_fixed_number_of_queries(
    desk, offered, person, api, instructor
):
    [row] = offered()
    desk.get(f"{LIST}{row.pk}/change/")  # Django remembers the content type from here on
    counts = []
    for _ in range(2):
        people = [person() for _ in range(2)]
        for somebody in people:
            api(somebody).post(f"/api/sessions/{row.pk}/join/")
        api(instructor).post(f"/api/sessions/{row.pk}/approve_request/", {"user_id": people[0].pk})
        with CaptureQueriesContext(connection) as captured:
            page = desk.get(f"{LIST}{row.pk}/change/").content.decode()
        assert all(somebody.username in page for somebody in people)
        counts.append(len(captured))

    assert counts[0] == counts[1]


def test_the_status_can_not_be_edited(desk, session):
    row = session()

    desk.post(f"{LIST}{row.pk}/change/", form(row, status="completed", title="Other"))

    saved = Session.objects.get()
    assert (saved.title, saved.status) == ("Other", "upcoming")


def test_an_edited_date_and_duration_move_the_end_and_are_told(desk, session, student, join):
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
def test_an_edit_beyond_the_limits_is_shown_as_an_error_and_saves_nothing(desk, session, changes):
    row = session()

    page = desk.post(f"{LIST}{row.pk}/change/", form(row, **changes))

    assert page.status_code == 200
    assert "errorlist" in page.content.decode()
    assert Session.objects.get().version == 1


def test_a_page_left_open_does_not_undo_what_was_changed_since(desk, session, instructor, now):
    row = session()
    page = form(row, max_participants=9)
    services.update(row, by=instructor, now=now, title="Newer")

    answer = desk.post(f"{LIST}{row.pk}/change/", page)

    assert "changed since you opened the page" in answer.content.decode()
    saved = Session.objects.get()
    assert (saved.title, saved.max_participants) == ("Newer", row.max_participants)


def test_the_date_of_an_ongoing_session_is_refused_in_the_form_and_loses_nothing(
    desk, session, instructor, now
):
    row = session()
    services.start(row, by=instructor, now=now)
    row.refresh_from_db()

    answer = desk.post(
        f"{LIST}{row.pk}/change/", form(row, date_0="2027-01-01", title="Typed so far")
    )

    assert "Typed so far" in answer.content.decode()
    assert Session.objects.get().title == row.title


def test_a_request_session_keeps_its_subject(desk, offered):
    [row] = offered()

    page = desk.post(f"{LIST}{row.pk}/change/", form(row, subject=""))

    assert "needs a subject" in page.content.decode()


def test_places_can_not_go_below_those_who_are_in(desk, session, person, join):
    row = session()
    for _ in range(3):
        join(row, person())
    row.refresh_from_db()

    page = desk.post(f"{LIST}{row.pk}/change/", form(row, max_participants=2))

    assert "From 3 to 20." in page.content.decode()


def test_taking_somebody_out_frees_the_place_and_tells_them(desk, session, student, person, join):
    row = session()
    for somebody in (student, person()):
        join(row, somebody)
    row.refresh_from_db()

    desk.post(f"{LIST}{row.pk}/change/", form(row, **{"participants-0-DELETE": "on"}))

    saved = Session.objects.get()
    assert saved.participant_count == saved.participants.present().count() == 1
    assert Notification.objects.of(student).get().event == "removed"
    assert Notification.objects.of(row.creator).first().event == "left"


def test_nobody_is_taken_out_of_a_session_that_runs(desk, session, student, join, instructor, now):
    row = session()
    join(row, student)
    services.start(row, by=instructor, now=now)
    row.refresh_from_db()

    page = desk.post(f"{LIST}{row.pk}/change/", form(row, **{"participants-0-DELETE": "on"}))

    assert "A session that is ongoing can&#x27;t be left." in page.content.decode()
    assert Session.objects.get().participant_count == 1


def test_sessions_and_notifications_are_neither_added_nor_deleted_here(desk, session, student, now):
    row = session()
    Notification.objects.create(user=student, type="general", event="x", title="x", message="x")
    other = f"/admin/notifications/notification/{Notification.objects.get().pk}/change/"

    assert desk.get(f"{LIST}add/").status_code == 403
    assert desk.post(f"{LIST}{row.pk}/delete/", {"post": "yes"}).status_code == 403
    assert desk.get("/admin/notifications/notification/add/").status_code == 403
    assert desk.get(other).status_code == 200
    assert desk.post(other, {"title": "y"}).status_code == 403


def test_a_session_that_is_over_is_only_looked_at(desk, session, instructor, now):
    row = session()
    services.cancel(Session.objects.seen_by(instructor).get(), by=instructor, now=now)

    assert desk.get(f"{LIST}{row.pk}/change/").status_code == 200
    assert desk.post(f"{LIST}{row.pk}/change/", form(row, title="Other")).status_code == 403


def test_staff_without_the_permission_see_no_session(client, person, session):
    client.force_login(person(is_staff=True))
    row = session()

    assert client.get(f"{LIST}{row.pk}/change/").status_code in {302, 403}
    assert BookingRequest.objects.count() == 0
