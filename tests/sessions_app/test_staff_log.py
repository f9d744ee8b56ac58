"""Every act that somebody does as staff is one row of the log, by whatever door, or none if it was
rolled back; what creators do isn't in it."""

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


def test_staff_over_the_api_are_logged(api, staff, session, offered):
    [asked], row = offered(), session()

    assert api(staff).post(f"/api/sessions/{asked.pk}/approve/").status_code == 200
    body = {"reason": "Double booked"}
    assert api(staff).post(f"/api/sessions/{row.pk}/cancel/", body).status_code == 200

    assert logged() == [("root", "Approved"), ("root", "Cancelled. The reason: Double booked")]
    assert LogEntry.objects.last().get_admin_url() is not None


def test_creators_are_not_logged_also_if_they_are_staff(api, instructor, session, offered):
    instructor.is_staff = True
    instructor.save()
    [asked], row = offered(), session()

    assert api(instructor).post(f"/api/sessions/{asked.pk}/approve/").status_code == 200
    assert api(instructor).post(f"/api/sessions/{row.pk}/cancel/").status_code == 200

    assert logged() == []


def test_at_the_desk_staff_are_logged_also_for_sessions_of_their_own(desk, staff, session):
    row = session(by=staff, booking_mode="request", subject="Maths", level="beginner")

    chosen = {"action": "approve_selected", "_selected_action": [row.pk]}
    desk.post(LIST, chosen)

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


def test_what_is_refused_is_not_logged(desk, session, instructor, now):
    row = session()
    services.start(row, by=instructor, now=now)

    chosen = {"action": "approve_selected", "_selected_action": [row.pk]}
    desk.post(LIST, chosen)

    assert logged() == []


def test_an_act_that_is_rolled_back_leaves_no_row(staff, session, now):
    row = Session.objects.seen_by(staff).get(pk=session().pk)

    with transaction.atomic():
        services.cancel(row, by=staff, now=now)
        assert len(logged()) == 1
        transaction.set_rollback(True)

    assert logged() == []


def test_what_is_stuck_is_completed_with_news_and_what_still_runs_is_not(
    desk, session, student, join, instructor, now, time_machine_at
):
    stuck, running = session(), session(duration=480)
    join(stuck, student)
    for row in (stuck, running):
        services.start(Session.objects.seen_by(instructor).get(pk=row.pk), by=instructor, now=now)
    Notification.objects.all().delete()
    time_machine_at(now + timedelta(hours=2))
    found = desk.get(f"{LIST}?situation=stuck").context["cl"].result_list
    assert [row.pk for row in found] == [stuck.pk]

    chosen = {"action": "close_selected", "_selected_action": [stuck.pk, running.pk]}
    page = desk.post(LIST, chosen, follow=True).content.decode()

    assert "1 completed." in page
    assert "time isn&#x27;t over yet" in page
    stuck.refresh_from_db()
    running.refresh_from_db()
    assert (stuck.status, running.status) == ("completed", "ongoing")
    told = Notification.objects.values_list("user__username", "event")
    assert sorted(told) == [("ines", "completed"), ("sam", "completed")]
    assert logged() == [("root", "Completed")]


def test_the_log_is_for_superusers_to_look_at(desk, client, person, session):
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
