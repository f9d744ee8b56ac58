"""Sessions in the admin: all acts go through the services and follow the rules."""

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


def test_approving_ten_sessions_approves_nine_and_reports_the_cancelled_one(
    desk, offered, staff, instructor, now
):
    sessions = offered(10)
    row = Session.objects.seen_by(instructor).get(pk=sessions[3].pk)
    services.cancel(row, by=instructor, now=now)

    _, messages = act(desk, "approve_selected", sessions)

    assert Session.objects.filter(status="approved").count() == 9
    assert messages == ["S3: A session that is cancelled can't become approved.", "9 approved."]
    assert LogEntry.objects.filter(user=staff, change_message="Approved").count() == 9


def test_cancelling_asks_for_a_reason_and_notifies_everybody_of_it(desk, session, student, join):
    row = session()
    join(row, student)

    page, _ = act(desk, "cancel_selected", [row])
    assert row.title in page.content.decode()
    assert Session.objects.get().status == "upcoming"

    _, messages = act(desk, "cancel_selected", [row], reason="Double booked")
    assert messages == ["1 cancelled."]
    assert Session.objects.get().status == "cancelled"
    assert "Double booked" in Notification.objects.of(student).get().message


def test_searching_and_filtering_takes_the_same_queries_for_one_row_and_for_three(desk, session):
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
    desk.get(f"{LIST}{row.pk}/change/")  # from now on, Django has the content type cached
    counts = []
    for _ in range(2):
        people = [person() for _ in range(2)]
        for user in people:
            api(user).post(f"/api/sessions/{row.pk}/join/")
        api(instructor).post(f"/api/sessions/{row.pk}/approve_request/", {"user_id": people[0].pk})
        with CaptureQueriesContext(connection) as captured:
            page = desk.get(f"{LIST}{row.pk}/change/").content.decode()
        assert all(user.username in page for user in people)
        counts.append(len(captured))

    assert counts[0] == counts[1]


def test_sessions_and_notifications_can_not_be_added_or_deleted(desk, session, student, now):
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


def test_staff_without_the_permission_can_not_see_a_session(client, person, session):
    client.force_login(person(is_staff=True))
    row = session()

    assert client.get(f"{LIST}{row.pk}/change/").status_code in {302, 403}
    assert BookingRequest.objects.count() == 0


@pytest.mark.database
@pytest.mark.parametrize("reason", ["a\0b", "x" * 1001])
def test_an_invalid_reason_cancels_nothing(desk, session, reason):
    row = session()

    page, messages = act(desk, "cancel_selected", [row], reason=reason)

    assert messages == []
    assert page.context["form"].errors["reason"]
    assert Session.objects.get().status == "upcoming"
