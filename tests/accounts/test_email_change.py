"""A new e-mail address is confirmed by a link that is mailed to it (contract C2)."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
import time_machine
from django.core import mail
from django.utils import timezone
from django.utils.encoding import force_bytes
from django.utils.http import urlsafe_base64_encode

from accounts import services, tokens
from accounts.models import User
from core.errors import APIError
from mail.jobs import send_mails
from mail.models import Mail
from tests.accounts.conftest import NEW_PASSWORD, assert_invalid, assert_refused
from tests.accounts.test_admin import form_of, page_of
from tests.conftest import PASSWORD

pytestmark = pytest.mark.django_db

ME = "/api/auth/me/"
CONFIRM = "/api/auth/email/confirm/"
OLD, NEW = "sam@example.com", "Sam.New@example.org"


@pytest.fixture
def mailed(api, student):
    """`mailed(email)`: request this address; return the parts of the mailed link."""

    def request(email=NEW):
        assert api(student).patch(ME, {"email": email, "password": PASSWORD}).status_code == 200
        mail.outbox.clear()
        send_mails(timezone.now())
        text = next(each.body for each in mail.outbox if each.to == [email] and "uid" in each.body)
        return dict(re.findall(r"^(uid|token): ([\w-]+)", text, re.MULTILINE))

    return request


def address():
    return User.objects.get(username="sam").email


def uid_of(user):
    return urlsafe_base64_encode(force_bytes(user.pk))


def test_the_old_address_stays_until_the_new_one_is_confirmed(api, student, mailed):
    body = (
        api(student).patch(ME, {"email": NEW, "password": PASSWORD, "first_name": "Samuel"}).json()
    )

    assert (body["email"], body["pending_email"], body["first_name"]) == (OLD, NEW, "Samuel")
    assert api(student).get(ME).json() == body
    assert api().post(CONFIRM, mailed()).status_code == 200
    shown = api(student).get(ME).json()
    assert (shown["email"], shown["pending_email"]) == (NEW, "")
    credentials = {"username": NEW, "password": PASSWORD}
    assert api().post("/api/auth/token/", credentials).status_code == 200


def test_both_addresses_get_a_mail_and_only_the_new_one_a_link(api, student, settings):
    api(student).patch(ME, {"email": NEW, "password": PASSWORD})
    send_mails(timezone.now())

    messages = {message.to[0]: message.body for message in mail.outbox}
    assert {message.to[0]: message.subject for message in mail.outbox} == {
        OLD: "Your e-mail address is to be changed",
        NEW: "Confirm your new e-mail address",
    }
    assert f"{settings.FRONTEND_URL}/confirm-email?uid=" in messages[NEW]
    assert "token" not in messages[OLD]
    assert "change your password now" in messages[OLD]
    assert NEW not in messages[OLD]


def test_the_old_address_is_notified_even_if_the_new_one_is_already_confirmed(api, student):
    api(student).patch(ME, {"email": NEW, "password": PASSWORD})
    student.refresh_from_db()
    token = tokens.email_links.make_token(student)
    services.confirm_email(uid=uid_of(student), token=token)
    send_mails(timezone.now())

    assert [message.to for message in mail.outbox] == [[OLD]]


def test_a_link_works_once_even_if_the_address_changes_back(api, mailed):
    first = mailed()
    assert api().post(CONFIRM, first).status_code == 200
    assert_refused(api().post(CONFIRM, first), 400, "email_link_invalid")
    assert api().post(CONFIRM, mailed(OLD)).status_code == 200

    assert_refused(api().post(CONFIRM, first), 400, "email_link_invalid")
    assert address() == OLD


def test_only_the_last_requested_address_can_be_confirmed(api, mailed):
    first, second = mailed(), mailed("third@example.org")

    assert_refused(api().post(CONFIRM, first), 400, "email_link_invalid")
    assert api().post(CONFIRM, second).status_code == 200
    assert address() == "third@example.org"


def change_password(user):
    services.change_password(by=user, old_password=PASSWORD, new_password=NEW_PASSWORD)


def change_address_as_staff(user):
    User.objects.filter(pk=user.pk).update(email="staff.set@example.org")


@pytest.mark.parametrize(
    "revoke",
    [
        tokens.sign_out_everywhere,
        services.deactivate,
        change_password,
        change_address_as_staff,
    ],
)
def test_whatever_revokes_every_token_invalidates_the_link(api, student, mailed, revoke):
    link = mailed()
    student.refresh_from_db()
    revoke(student)

    assert_refused(api().post(CONFIRM, link), 400, "email_link_invalid")
    assert address() != NEW


def deactivate_and_reactivate(user):
    services.deactivate(user)
    User.objects.filter(pk=user.pk).update(is_active=True)


def set_password_as_staff(user):
    user.set_password(NEW_PASSWORD)
    user.save()


@pytest.mark.parametrize(
    "revoke",
    [tokens.sign_out_everywhere, deactivate_and_reactivate, change_password, set_password_as_staff],
)
def test_whatever_revokes_every_token_cancels_the_queued_mail(api, student, revoke):
    """A mail that is delayed until then would otherwise contain a new, valid link."""
    api(student).patch(ME, {"email": NEW, "password": PASSWORD})
    student.refresh_from_db()
    revoke(student)
    send_mails(timezone.now())

    assert [message.to for message in mail.outbox] == [[OLD]]
    student.refresh_from_db()
    assert api(student).get(ME).json()["pending_email"] == ""


def test_a_queued_mail_does_not_change_an_address_set_by_staff(api, desk, student):
    api(student).patch(ME, {"email": NEW, "password": PASSWORD})
    student.refresh_from_db()
    form = form_of(desk, student) | {"email": "staff.set@example.org"}
    answer = desk.post(page_of(student), form)
    send_mails(timezone.now())

    assert (answer.status_code, address()) == (302, "staff.set@example.org")
    assert [message.to for message in mail.outbox] == [[OLD]]


@pytest.mark.parametrize("revoke", [tokens.sign_out_everywhere, change_password])
def test_a_change_is_refused_if_its_token_was_revoked_meanwhile(student, revoke):
    stale = User.objects.get(pk=student.pk)
    revoke(student)

    with pytest.raises(APIError) as refusal:
        services.update_profile(by=stale, now=timezone.now(), email=NEW, password=PASSWORD)

    assert refusal.value.status == 401
    assert not Mail.objects.exists()


def test_a_link_expires(api, settings, student, mailed):
    with time_machine.travel(timezone.now(), tick=False) as clock:
        link = mailed()
        clock.shift(timedelta(seconds=settings.PASSWORD_RESET_TIMEOUT + 1))

        assert_refused(api().post(CONFIRM, link), 400, "email_link_invalid")


def test_a_link_of_another_kind_or_for_another_person_is_refused(api, student, instructor, mailed):
    link = mailed()
    student.refresh_from_db()
    reset = link | {"token": tokens.reset_links.make_token(student)}
    others = link | {"uid": uid_of(instructor)}

    for wrong in (reset, others, link | {"token": "x"}, link | {"uid": "x"}):
        assert_refused(api().post(CONFIRM, wrong), 400, "email_link_invalid")
    body = link | {"new_password": NEW_PASSWORD}
    assert api().post("/api/auth/password/reset/confirm/", body).status_code == 400


def test_without_a_pending_address_no_token_is_valid(api, student):
    body = {"uid": uid_of(student), "token": tokens.email_links.make_token(student)}

    assert_refused(api().post(CONFIRM, body), 400, "email_link_invalid")
    assert address() == OLD


@pytest.mark.database
def test_an_address_taken_meanwhile_is_refused(api, mailed, person):
    link = mailed()
    other = person("other")
    User.objects.filter(pk=other.pk).update(email=NEW.upper())

    assert_invalid(api().post(CONFIRM, link), "email")
    assert address() == OLD


def test_confirmation_mails_are_limited(api, student, instructor, settings):
    settings.THROTTLE_RATES = settings.THROTTLE_RATES | {"email_change": "2/day"}

    def change(user, email):
        return api(user).patch(ME, {"email": email, "password": PASSWORD}).status_code

    assert [change(student, f"{number}@example.org") for number in range(3)] == [200, 200, 429]
    # Mails to one address are limited, whoever requests them.
    assert [change(instructor, "0@example.org"), change(instructor, "0@EXAMPLE.org")] == [200, 429]
    assert api(student).patch(ME, {"first_name": "Samuel"}).status_code == 200
    assert change(student, OLD) == 200


def test_a_mail_for_an_address_that_is_no_longer_pending_is_not_sent(api, student):
    api(student).patch(ME, {"email": NEW, "password": PASSWORD})
    api(student).patch(ME, {"email": "third@example.org", "password": PASSWORD})
    send_mails(timezone.now())

    assert sorted(message.to[0] for message in mail.outbox) == [OLD, OLD, "third@example.org"]


def test_without_confirmation_the_address_changes_at_once(api, student, settings):
    settings.EMAIL_CONFIRMATION = False

    answer = api(student).patch(ME, {"email": NEW, "password": PASSWORD})

    assert (answer.json()["email"], answer.json()["pending_email"]) == (NEW, "")
    assert not Mail.objects.exists()
