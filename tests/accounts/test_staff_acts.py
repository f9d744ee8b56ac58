"""Actions of the staff in the admin: people are deactivated, reactivated and signed out, and mails
are sent again. Each action is logged."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.contrib.admin.models import LogEntry
from django.contrib.auth.models import Permission
from django.core import mail
from django.test import Client

from accounts.models import User
from core.push.hub import RECHECK
from mail.jobs import send_mails
from mail.models import Mail
from notifications.models import Notification
from sessions_app.models import BookingRequest, Session

pytestmark = pytest.mark.django_db

PEOPLE, MAILS = "/admin/accounts/user/", "/admin/mail/mail/"


def run_action(desk, action, *rows, path=PEOPLE, **extra):
    chosen = {"action": action, "_selected_action": [row.pk for row in rows]}
    answer = desk.post(path, chosen | extra, follow=True)
    return [str(message) for message in answer.context.get("messages", [])]


def logged():
    rows = LogEntry.objects.order_by("pk")
    return list(rows.values_list("object_repr", "change_message"))


def test_a_deactivation_needs_confirmation_and_ends_tokens_and_sockets(
    desk, student, signed_in, is_valid, pushed
):
    pair = signed_in(student)

    assert run_action(desk, "deactivate_selected", student) == []
    assert User.objects.get(pk=student.pk).is_active

    with pushed(student.pk) as frames:
        assert run_action(desk, "deactivate_selected", student, reason="Spam") == ["1 deactivated."]

    assert frames == [RECHECK]
    assert not User.objects.get(pk=student.pk).is_active
    assert not any(map(is_valid, pair.values()))
    assert logged() == [("sam", "Deactivated. The reason: Spam")]


def test_a_deactivation_can_also_clear_sessions_and_requests(
    desk, api, instructor, student, person, session, join
):
    """An abuser who has created a session, joined another and requested a third."""
    own = session(by=student, booking_mode="request", subject="Maths", level="beginner")
    asker = person("ana")
    api(asker).post(f"/api/sessions/{own.pk}/join/")
    theirs, full = session(), session(booking_mode="request", subject="Maths", level="beginner")
    join(theirs, student)
    api(student).post(f"/api/sessions/{full.pk}/join/")

    messages = run_action(desk, "deactivate_selected", student, reason="Spam", clear="on")

    freed = "Sessions cancelled: 1, places freed: 1, requests withdrawn: 1."
    assert messages[0] == f"sam: 1-on-1 sessions stopped: 0. {freed}"
    assert messages[1] == "1 deactivated."
    own.refresh_from_db()
    theirs.refresh_from_db()
    assert (own.status, own.cancel_reason) == ("cancelled", "Spam")
    assert theirs.participant_count == 0
    assert set(BookingRequest.objects.values_list("status", flat=True)) == {"rejected", "withdrawn"}
    assert "Spam" in Notification.objects.of(asker).get().message
    assert sorted(message for _, message in logged()) == [
        "Cancelled. The reason: Spam",
        "Deactivated. The reason: Spam",
        f"Removed sam ({student.pk}). The reason: Spam",
        f"Withdrew the request of sam ({student.pk}). The reason: Spam",
    ]
    assert Session.objects.get(pk=full.pk).status == "pending_approval"


def test_sessions_are_cleared_for_a_limited_number_of_people_at_once(desk, person):
    people = [person() for _ in range(11)]
    chosen = {"action": "deactivate_selected", "_selected_action": [row.pk for row in people]}

    page = desk.post(PEOPLE, chosen | {"reason": "", "clear": "on"}).content.decode()

    assert "At most 10 people at once." in page
    assert User.objects.filter(is_active=False).count() == 0


def test_clearing_can_be_repeated_but_a_deactivation_cannot(desk, student, session):
    run_action(desk, "deactivate_selected", student, reason="")
    session(by=student, booking_mode="request", subject="Maths", level="beginner")

    assert "sam: This account is already deactivated." in run_action(
        desk, "deactivate_selected", student, reason=""
    )
    assert (
        "Sessions cancelled: 1"
        in run_action(desk, "deactivate_selected", student, reason="", clear="on")[0]
    )


def test_without_permission_on_sessions_a_deactivation_leaves_them(person, student, session):
    helper, client = person("lou", is_staff=True), Client()
    codes = ["view_user", "change_user"]
    helper.user_permissions.set(Permission.objects.filter(codename__in=codes))
    client.force_login(helper)
    session(by=student, booking_mode="request", subject="Maths", level="beginner")

    messages = run_action(client, "deactivate_selected", student, reason="", clear="on")

    assert "Their group sessions stay" in messages[0]
    assert Session.objects.get().status == "pending_approval"
    assert not User.objects.get(pk=student.pk).is_active


def test_staff_cannot_deactivate_themselves(desk, staff):
    messages = run_action(desk, "deactivate_selected", staff, reason="")

    assert messages[0] == "root: You can't deactivate your own account."
    assert User.objects.get().is_active


@pytest.mark.parametrize("action", ["deactivate_selected", "sign_out_selected"])
def test_only_superusers_can_act_on_members_of_the_staff(staff, person, action):
    helper, client = person("lou", is_staff=True), Client()
    helper.user_permissions.set(
        Permission.objects.filter(codename__in=["view_user", "change_user"])
    )
    client.force_login(helper)

    messages = run_action(client, action, staff, reason="")

    assert messages[0] == "root: Only superusers can do this to staff accounts."
    staff.refresh_from_db()
    assert (staff.is_active, staff.token_generation) == (True, 0)
    assert logged() == []


def test_a_person_can_be_reactivated(desk, student, signed_in, is_valid):
    pair = signed_in(student)
    run_action(desk, "deactivate_selected", student, reason="")

    assert run_action(desk, "reactivate_selected", student) == ["1 reactivated."]
    assert (
        run_action(desk, "reactivate_selected", student)[0]
        == "sam: This account is already active."
    )

    assert User.objects.get(pk=student.pk).is_active
    assert not any(map(is_valid, pair.values()))
    assert [message for _, message in logged()] == ["Deactivated", "Reactivated"]


def test_signing_out_everywhere_ends_tokens_and_admin_sessions(desk, person, signed_in, is_valid):
    other = person("lou", is_staff=True)
    browser, pair = Client(), signed_in(other)
    browser.force_login(other)
    assert browser.get("/admin/").status_code == 200

    assert run_action(desk, "sign_out_selected", other) == ["1 signed out."]

    assert browser.get("/admin/").status_code == 302
    assert not any(map(is_valid, pair.values()))
    assert logged() == [("lou", "Signed out everywhere")]


def test_a_mail_that_was_given_up_is_sent_again(desk, reader, queue_mail, now):
    row = queue_mail(reader, attempts=6, next_try_at=None)
    assert send_mails(now + timedelta(hours=1)) == 0

    assert run_action(desk, "resend_selected", row, path=MAILS) == ["1 queued for sending."]

    assert send_mails(now + timedelta(hours=1)) == 1
    assert mail.outbox[0].to == [reader.email]
    assert logged() == [("Reminder: Algebra", "Tried again")]


def test_a_mail_that_is_sent_expired_or_still_being_tried_is_left_alone(
    desk, reader, queue_mail, now
):
    sent = queue_mail(reader, sent_at=now, next_try_at=None)
    expired = queue_mail(reader, expires_at=now - timedelta(days=1), next_try_at=None)
    soon = queue_mail(reader, attempts=2, next_try_at=now + timedelta(minutes=1))

    messages = run_action(desk, "resend_selected", sent, expired, soon, path=MAILS)

    assert [sentence.split(": ")[-1] for sentence in messages[:3]] == [
        "This mail has already been sent.",
        "This mail has expired and won't be sent.",
        "This mail is being sent, or will be sent within five minutes.",
    ]
    assert messages[3] == "0 queued for sending."
    assert logged() == []
    assert Mail.objects.filter(attempts=2).count() == 1


def test_mails_are_filtered_by_situation(desk, reader, queue_mail, now):
    queue_mail(reader, subject="Given up", attempts=6, next_try_at=None)
    queue_mail(reader, subject="Failing", attempts=1, next_try_at=now + timedelta(hours=1))
    queue_mail(reader, subject="Sent", sent_at=now, next_try_at=None)

    for situation, subjects in {
        "given_up": ["Given up"],
        "failing": ["Failing"],
        "waiting": ["Failing"],
        "sent": ["Sent"],
    }.items():
        found = desk.get(f"{MAILS}?situation={situation}").context["cl"].result_list
        assert [row.subject for row in found] == subjects
