"""Every act of staff is logged in one row, in the admin and over the API, unless it is rolled back.
Acts of creators aren't logged."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.contrib.admin.models import LogEntry
from django.db import transaction

from notifications.models import Notification
from sessions_app import services
from sessions_app.models import Session
from tests.sessions_app.test_admin_form import LIST, form

pytestmark = pytest.mark.django_db


def logged():
    rows = LogEntry.objects.order_by("pk")
    return list(rows.values_list("user__username", "change_message"))


def test_acts_of_staff_over_the_api_are_logged(api, staff, session, offered):
    [waiting], row = offered(), session()

    assert api(staff).post(f"/api/sessions/{waiting.pk}/approve/").status_code == 200
    body = {"reason": "Double booked"}
    assert api(staff).post(f"/api/sessions/{row.pk}/cancel/", body).status_code == 200

    assert logged() == [("root", "Approved"), ("root", "Cancelled. The reason: Double booked")]
    assert LogEntry.objects.last().get_admin_url() is not None


def test_acts_of_creators_are_not_logged_even_if_they_are_staff(api, instructor, session, offered):
    instructor.is_staff = True
    instructor.save()
    [waiting], row = offered(), session()

    assert api(instructor).post(f"/api/sessions/{waiting.pk}/approve/").status_code == 200
    assert api(instructor).post(f"/api/sessions/{row.pk}/cancel/").status_code == 200

    assert logged() == []


def test_in_the_admin_acts_of_staff_on_their_own_sessions_are_logged(desk, staff, session):
    row = session(by=staff, booking_mode="request", subject="Maths", level="beginner")

    data = {"action": "approve_selected", "_selected_action": [row.pk]}
    desk.post(LIST, data)

    assert logged() == [("root", "Approved")]


def test_an_edit_and_a_removal_are_logged_once_each(desk, session, student, join):
    row = session()
    join(row, student)
    row.refresh_from_db()

    desk.post(f"{LIST}{row.pk}/change/", form(row, title="Better", duration=30))
    row.refresh_from_db()
    desk.post(f"{LIST}{row.pk}/change/", form(row, **{"participants-0-DELETE": "on"}))

    assert logged() == [
        ("root", "Changed title, duration"),
        ("root", f"Removed sam ({student.pk})"),
    ]


def test_a_refused_act_is_not_logged(desk, session, instructor, now):
    row = session()
    services.start(row, by=instructor, now=now)

    data = {"action": "approve_selected", "_selected_action": [row.pk]}
    desk.post(LIST, data)

    assert logged() == []


def test_an_act_that_is_rolled_back_is_not_logged(staff, session, now):
    row = Session.objects.seen_by(staff).get(pk=session().pk)

    with transaction.atomic():
        services.cancel(row, by=staff, now=now)
        assert len(logged()) == 1
        transaction.set_rollback(True)

    assert logged() == []


def test_a_stuck_session_is_completed_with_notifications_and_a_running_one_is_not(
    desk, session, student, join, instructor, now, time_machine_at
):
    stuck, running = session(), session(duration=480)
    join(stuck, student)
    for row in (stuck, running):
        services.start(Session.objects.seen_by(instructor).get(pk=row.pk), by=instructor, now=now)
    Notification.objects.all().delete()
    time_machine_at(now + timedelta(hours=2))
    listed = desk.get(f"{LIST}?situation=stuck").context["cl"].result_list
    assert [row.pk for row in listed] == [stuck.pk]

    data = {"action": "close_selected", "_selected_action": [stuck.pk, running.pk]}
    page = desk.post(LIST, data, follow=True).content.decode()

    assert "1 completed." in page
    assert "time isn&#x27;t over yet" in page
    stuck.refresh_from_db()
    running.refresh_from_db()
    assert (stuck.status, running.status) == ("completed", "ongoing")
    notified = Notification.objects.values_list("user__username", "event")
    assert sorted(notified) == [("ines", "completed"), ("sam", "completed")]
    assert logged() == [("root", "Completed")]


def test_only_superusers_see_the_log_and_they_can_not_change_it(desk, client, person, session):
    desk.post(LIST, {"action": "cancel_selected", "_selected_action": [session().pk], "reason": ""})
    entry = LogEntry.objects.get()
    path = f"/admin/admin/logentry/{entry.pk}"

    page = desk.get("/admin/admin/logentry/", {"q": "react"}).content.decode()
    assert "React Hooks Workshop" in page
    assert "Cancelled" in page
    assert desk.get(f"{path}/change/").status_code == 200
    assert desk.post(f"{path}/change/", {"change_message": "x"}).status_code == 403
    assert desk.post(f"{path}/delete/", {"post": "yes"}).status_code == 403
    client.force_login(person(is_staff=True))
    assert client.get("/admin/admin/logentry/").status_code == 403
