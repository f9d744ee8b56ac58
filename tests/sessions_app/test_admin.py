"""Sessions in the admin: everything through the services, nothing past the rules."""

from __future__ import annotations

import pytest
from django.contrib.admin.models import LogEntry
from django.db import connection
from django.test.utils import CaptureQueriesContext

from notifications.models import Notification
from sessions_app import services
from sessions_app.models import BookingRequest, Session

pytestmark = pytest.mark.django_db

LIST = "/admin/sessions_app/session/"


def act(desk, action, sessions, **extra):
    data = {"action": action, "_selected_action": [each.pk for each in sessions], **extra}
    answer = desk.post(LIST, data, follow=True)
    return answer, [str(message) for message in answer.context.get("messages", [])]


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


def test_sessions_and_notifications_are_neither_added_nor_deleted_here(desk, session, student, now):
    row = session()
    Notification.objects.create(user=student, type="general", event="x", title="x", message="x")
    other = f"/admin/notifications/notification/{Notification.objects.get().pk}/change/"

    assert desk.get(f"{LIST}add/").status_code == 403
    assert desk.post(f"{LIST}{row.pk}/delete/", {"post": "yes"}).status_code == 403
    assert desk.get("/admin/notifications/notification/add/").status_code == 403
    assert desk.get(other).status_code == 200
    assert desk.post(other, {"title": "y"}).status_code == 403
    delete = other.replace("change", "delete")
    assert desk.post(delete, {"post": "yes"}).status_code == 403


def test_staff_without_the_permission_see_no_session(client, person, session):
    client.force_login(person(is_staff=True))
    row = session()

    assert client.get(f"{LIST}{row.pk}/change/").status_code in {302, 403}
    assert BookingRequest.objects.count() == 0


@pytest.mark.database
@pytest.mark.parametrize("reason", ["a\0b", "x" * 1001])
def test_a_reason_that_can_not_be_told_cancels_nothing(desk, session, reason):
    row = session()

    page, said = act(desk, "cancel_selected", [row], reason=reason)

    assert said == []
    assert page.context["form"].errors["reason"]
    assert Session.objects.get().status == "upcoming"
