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
    """Somebody who has registered with an address that may be anybody's."""
    body = {"username": "nora", "email": "nora@example.com", "password": PASSWORD}
    api().post("/api/auth/register/", body | {"first_name": "Win at\nhttps://evil.example"})
    return User.objects.get(username="nora")


def turn(api, user, on=True):
    answer = api(user).patch(ME, {"email_notifications": on})
    return answer.status_code, answer.json().get("mails_confirmed")


def sent():
    """The mails that are sent now."""
    before = len(mail.outbox)
    send_mails(timezone.now())
    return mail.outbox[before:]


def link_in(letter):
    return dict(re.findall(r"^(uid|token): ([\w-]+)", letter.body, re.MULTILINE))


def gets_news(user, waiting):
    """Is a mail about a session sent to this person?"""
    waiting(user)
    return "Reminder: Algebra" in [letter.subject for letter in sent()]


def unsubscribe(api, user):
    return api().post(f"/api/auth/unsubscribe/{unsubscribe_links.sign(str(user.pk))}/")


def test_registering_mails_nothing(newcomer):
    assert sent() == []
    assert not Mail.objects.exists()


def test_who_turns_mails_on_gets_a_link_and_the_mails_once_it_is_followed(
    api, newcomer, waiting, settings
):
    assert turn(api, newcomer) == (200, False)
    [letter] = sent()
    assert (letter.to, letter.subject) == (["nora@example.com"], SUBJECT)
    assert f"{settings.FRONTEND_URL}/confirm-email?uid=" in letter.body
    assert not gets_news(newcomer, waiting)

    assert api().post(CONFIRM, link_in(letter)).status_code == 200

    assert api(newcomer).get(ME).json()["mails_confirmed"] is True
    assert gets_news(newcomer, waiting)
    assert_refused(api().post(CONFIRM, link_in(letter)), 400, "email_link_invalid")


def test_a_mail_calls_people_by_their_user_name_and_tells_nothing_else_of_theirs(api, newcomer):
    turn(api, newcomer)
    [letter] = sent()

    whole = letter.body + letter.alternatives[0].content
    assert "Hello nora," in letter.body
    assert "Win at" not in whole
    assert "evil" not in whole


def test_a_user_name_that_is_a_domain_becomes_no_link(api, person):
    turn(api, person("www.evil.example", email_confirmed=False))
    [letter] = sent()

    assert "evil.example" not in letter.body
    assert "evil.example" not in letter.alternatives[0].content


def test_an_object_that_is_sent_back_whole_mails_nothing_again(api, newcomer):
    turn(api, newcomer)
    shown = api(newcomer).get(ME).json()

    assert api(newcomer).patch(ME, shown).status_code == 200
    assert len(sent()) == 1


def test_the_links_that_one_can_have_mailed_are_few(api, newcomer, settings):
    settings.THROTTLE_RATES = settings.THROTTLE_RATES | {"email_change": "2/day"}

    statuses = [turn(api, newcomer, on)[0] for on in (True, False, True, False, True)]

    assert statuses == [200, 200, 200, 200, 429]
    assert turn(api, newcomer, on=False)[0] == 200


def test_a_link_that_is_no_longer_wanted_is_not_sent(api, newcomer):
    turn(api, newcomer)
    turn(api, newcomer, on=False)

    assert sent() == []


def test_a_link_is_bound_to_its_address(api, newcomer, waiting):
    turn(api, newcomer)
    [letter] = sent()
    User.objects.filter(pk=newcomer.pk).update(email="victim@example.com")

    assert_refused(api().post(CONFIRM, link_in(letter)), 400, "email_link_invalid")
    assert not gets_news(newcomer, waiting)


def test_a_password_that_was_reset_shows_whose_the_address_is(api, newcomer, waiting):
    [letter] = mails_for(api, newcomer.email)
    body = link_in(letter) | {"new_password": PASSWORD}
    assert api().post("/api/auth/password/reset/confirm/", body).status_code == 200
    newcomer.refresh_from_db()

    assert turn(api, newcomer) == (200, True)
    assert gets_news(newcomer, waiting)


def test_so_does_a_new_address_that_was_confirmed(api, newcomer, waiting):
    body = {"email": "n@example.org", "password": PASSWORD, "email_notifications": True}
    assert api(newcomer).patch(ME, body).json()["mails_confirmed"] is False
    letters = {letter.to[0]: letter for letter in sent()}
    assert set(letters) == {"n@example.org", "nora@example.com"}

    assert api().post(CONFIRM, link_in(letters["n@example.org"])).status_code == 200

    assert gets_news(newcomer, waiting)


def test_an_address_that_staff_have_set_is_not_confirmed(desk, student, waiting):
    User.objects.update(email_notifications=True)
    desk.post(page_of(student), form_of(desk, student) | {"email": "staff.set@example.org"})

    assert not gets_news(student, waiting)


def test_where_nothing_is_confirmed_all_addresses_count_as_confirmed(
    api, newcomer, waiting, settings
):
    settings.EMAIL_CONFIRMATION = False

    assert turn(api, newcomer) == (200, True)
    assert gets_news(newcomer, waiting)
    unsubscribe(api, newcomer)
    newcomer.refresh_from_db()
    assert turn(api, newcomer) == (200, True)
    assert gets_news(newcomer, waiting)


@pytest.mark.database
def test_accounts_from_before_and_of_old_servers_beside_count_as_confirmed(student):
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


def test_after_unsubscribing_only_a_new_link_turns_mails_on_again(api, reader, waiting):
    unsubscribe(api, reader)
    reader.refresh_from_db()

    assert turn(api, reader) == (200, False)
    assert not gets_news(reader, waiting)
    letter = next(each for each in mail.outbox if each.subject == SUBJECT)
    assert api().post(CONFIRM, link_in(letter)).status_code == 200
    assert gets_news(reader, waiting)


def test_a_link_from_before_unsubscribing_is_dead(api, newcomer, waiting):
    turn(api, newcomer)
    [letter] = sent()
    unsubscribe(api, newcomer)

    assert_refused(api().post(CONFIRM, link_in(letter)), 400, "email_link_invalid")


def test_turning_mails_off_in_the_profile_and_on_again_needs_no_link(api, reader, waiting):
    turn(api, reader, on=False)
    reader.refresh_from_db()

    assert turn(api, reader) == (200, True)
    assert gets_news(reader, waiting)
