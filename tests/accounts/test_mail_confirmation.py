"""Mails about sessions go to confirmed addresses only."""

from __future__ import annotations

import re

import pytest
from django.core import mail
from django.db import connection
from django.utils import timezone

from accounts.models import User
from mail.jobs import send_mails
from mail.models import Mail
from mail.unsubscribing import unsubscribe_links
from tests.accounts.conftest import assert_refused, mails_for
from tests.accounts.test_admin import form_of, page_of
from tests.conftest import PASSWORD

pytestmark = pytest.mark.django_db

ME = "/api/auth/me/"
CONFIRM = "/api/auth/email/confirm/"
SUBJECT = "Confirm that you want mails"


@pytest.fixture
def newcomer(api, db):
    """A person who has just registered, with an unconfirmed address."""
    body = {"username": "nora", "email": "nora@example.com", "password": PASSWORD}
    api().post("/api/auth/register/", body | {"first_name": "Win at\nhttps://evil.example"})
    return User.objects.get(username="nora")


def turn_mails(api, user, on=True):
    answer = api(user).patch(ME, {"email_notifications": on})
    return answer.status_code, answer.json().get("mails_confirmed")


def send_queued():
    """Send the queued mails; return them."""
    before = len(mail.outbox)
    send_mails(timezone.now())
    return mail.outbox[before:]


def link_in(message):
    return dict(re.findall(r"^(uid|token): ([\w-]+)", message.body, re.MULTILINE))


def gets_mails(user, queue_mail):
    """Whether a mail about a session is sent to this person."""
    queue_mail(user)
    return "Reminder: Algebra" in [message.subject for message in send_queued()]


def unsubscribe(api, user):
    return api().post(f"/api/auth/unsubscribe/{unsubscribe_links.sign(str(user.pk))}/")


def test_registration_sends_no_mail(newcomer):
    assert send_queued() == []
    assert not Mail.objects.exists()


def test_mails_start_only_after_the_confirmation_link_is_followed(
    api, newcomer, queue_mail, settings
):
    assert turn_mails(api, newcomer) == (200, False)
    [message] = send_queued()
    assert (message.to, message.subject) == (["nora@example.com"], SUBJECT)
    assert f"{settings.FRONTEND_URL}/confirm-email?uid=" in message.body
    assert not gets_mails(newcomer, queue_mail)

    assert api().post(CONFIRM, link_in(message)).status_code == 200

    assert api(newcomer).get(ME).json()["mails_confirmed"] is True
    assert gets_mails(newcomer, queue_mail)
    assert_refused(api().post(CONFIRM, link_in(message)), 400, "email_link_invalid")


def test_a_mail_names_people_by_username_and_contains_nothing_else_they_wrote(api, newcomer):
    turn_mails(api, newcomer)
    [message] = send_queued()

    whole = message.body + message.alternatives[0].content
    assert "Hello nora," in message.body
    assert "Win at" not in whole
    assert "evil" not in whole


def test_a_username_that_is_a_domain_does_not_become_a_link(api, person):
    turn_mails(api, person("www.evil.example", email_confirmed=False))
    [message] = send_queued()

    assert "evil.example" not in message.body
    assert "evil.example" not in message.alternatives[0].content


def test_sending_the_profile_back_unchanged_sends_no_second_mail(api, newcomer):
    turn_mails(api, newcomer)
    shown = api(newcomer).get(ME).json()

    assert api(newcomer).patch(ME, shown).status_code == 200
    assert len(send_queued()) == 1


def test_confirmation_mails_are_limited(api, newcomer, settings):
    settings.THROTTLE_RATES = settings.THROTTLE_RATES | {"email_change": "2/day"}

    statuses = [turn_mails(api, newcomer, on)[0] for on in (True, False, True, False, True)]

    assert statuses == [200, 200, 200, 200, 429]
    assert turn_mails(api, newcomer, on=False)[0] == 200


def test_a_link_that_is_no_longer_wanted_is_not_sent(api, newcomer):
    turn_mails(api, newcomer)
    turn_mails(api, newcomer, on=False)

    assert send_queued() == []


def test_a_link_is_bound_to_its_address(api, newcomer, queue_mail):
    turn_mails(api, newcomer)
    [message] = send_queued()
    User.objects.filter(pk=newcomer.pk).update(email="victim@example.com")

    assert_refused(api().post(CONFIRM, link_in(message)), 400, "email_link_invalid")
    assert not gets_mails(newcomer, queue_mail)


def test_a_password_reset_confirms_the_address(api, newcomer, queue_mail):
    [message] = mails_for(api, newcomer.email)
    body = link_in(message) | {"new_password": PASSWORD}
    assert api().post("/api/auth/password/reset/confirm/", body).status_code == 200
    newcomer.refresh_from_db()

    assert turn_mails(api, newcomer) == (200, True)
    assert gets_mails(newcomer, queue_mail)


def test_confirming_a_new_address_is_enough(api, newcomer, queue_mail):
    body = {"email": "n@example.org", "password": PASSWORD, "email_notifications": True}
    assert api(newcomer).patch(ME, body).json()["mails_confirmed"] is False
    messages = {message.to[0]: message for message in send_queued()}
    assert set(messages) == {"n@example.org", "nora@example.com"}

    assert api().post(CONFIRM, link_in(messages["n@example.org"])).status_code == 200

    assert gets_mails(newcomer, queue_mail)


def test_an_address_set_by_staff_is_not_confirmed(desk, student, queue_mail):
    User.objects.update(email_notifications=True)
    desk.post(page_of(student), form_of(desk, student) | {"email": "staff.set@example.org"})

    assert not gets_mails(student, queue_mail)


def test_with_confirmation_off_all_addresses_count_as_confirmed(
    api, newcomer, queue_mail, settings
):
    settings.EMAIL_CONFIRMATION = False

    assert turn_mails(api, newcomer) == (200, True)
    assert gets_mails(newcomer, queue_mail)
    unsubscribe(api, newcomer)
    newcomer.refresh_from_db()
    assert turn_mails(api, newcomer) == (200, True)
    assert gets_mails(newcomer, queue_mail)


@pytest.mark.database
def test_accounts_created_by_older_servers_count_as_confirmed(student):
    User.objects.filter(pk=student.pk).update(email_confirmed=False)
    columns = ", ".join(
        connection.ops.quote_name(field.column)
        for field in User._meta.concrete_fields
        if field.name not in {"id", "email_confirmed", "mails_refused", "kept_stamp"}
    )
    changed = columns.replace('"username"', "'other'").replace('"email"', "'o@example.com'")
    with connection.cursor() as cursor:
        cursor.execute(f"INSERT INTO accounts_user ({columns}) SELECT {changed} FROM accounts_user")

    other = User.objects.get(username="other")
    assert (other.mails_confirmed, other.mails_refused, other.kept_stamp) == (True, False, "")


# ── After unsubscribing ──────────────────────────────────────────────────────────────────────


def test_after_unsubscribing_only_a_new_link_turns_mails_on_again(api, reader, queue_mail):
    unsubscribe(api, reader)
    reader.refresh_from_db()

    assert turn_mails(api, reader) == (200, False)
    assert not gets_mails(reader, queue_mail)
    message = next(each for each in mail.outbox if each.subject == SUBJECT)
    assert api().post(CONFIRM, link_in(message)).status_code == 200
    assert gets_mails(reader, queue_mail)


def test_a_link_from_before_unsubscribing_is_invalid(api, newcomer, queue_mail):
    turn_mails(api, newcomer)
    [message] = send_queued()
    unsubscribe(api, newcomer)

    assert_refused(api().post(CONFIRM, link_in(message)), 400, "email_link_invalid")


def test_turning_mails_off_in_the_profile_and_on_again_needs_no_link(api, reader, queue_mail):
    turn_mails(api, reader, on=False)
    reader.refresh_from_db()

    assert turn_mails(api, reader) == (200, True)
    assert gets_mails(reader, queue_mail)
