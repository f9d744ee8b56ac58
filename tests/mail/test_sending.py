"""Sending queued mails to a real mail server: recipients, contents, and each mail only once."""

from __future__ import annotations

from datetime import timedelta

import pytest

from accounts import services
from accounts.models import User
from mail.jobs import forget_mails, send_mails
from mail.models import Mail
from tests.support.mail_server import part

pytestmark = pytest.mark.django_db

DAY = timedelta(days=1)


def test_a_mail_goes_to_its_person_alone_and_has_an_unsubscribe_link(
    server, reader, queue_mail, session, settings, now
):
    row = queue_mail(reader, session=session())

    assert send_mails(now) == 1

    [mail] = server.mails
    assert (mail["To"], mail["X-Envelope"]) == ("rosa@example.com", "rosa@example.com")
    assert (mail["Cc"], mail["Bcc"]) == (None, None)
    assert (mail["Subject"], mail["From"]) == ("Reminder: Algebra", settings.DEFAULT_FROM_EMAIL)
    assert mail["Auto-Submitted"] == "auto-generated"
    assert mail["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    link = mail["List-Unsubscribe"].strip(" <>")
    assert link.startswith("https://sessions.example.org/api/auth/unsubscribe/")
    for kind in ("plain", "html"):
        text = part(mail, kind)
        assert "Hello rosa," in text
        assert "Algebra begins soon." in text
        assert f"{settings.FRONTEND_URL}/sessions/{row.session_id}" in text
        assert link in text
    row.refresh_from_db()
    assert (row.sent_at, row.next_try_at, row.attempts) == (now, None, 1)


def test_a_sent_mail_is_not_sent_again(server, reader, queue_mail, now):
    queue_mail(reader)

    assert [send_mails(now), send_mails(now + DAY)] == [1, 0]

    assert len(server.mails) == 1


def test_a_mail_sent_again_after_a_crash_has_the_same_message_id(server, reader, queue_mail, now):
    row = queue_mail(reader)
    send_mails(now)
    Mail.objects.update(next_try_at=now)  # as if the process had died before recording it
    queue_mail(reader)

    send_mails(now)

    ids = [mail["Message-ID"] for mail in server.mails]
    assert ids[0] == ids[1] != ids[2]
    assert f".{row.pk}." in ids[0]


def test_user_text_is_escaped_in_the_html_part_only(server, person, queue_mail, now):
    reader = person("eve", first_name="<b>Eve</b>", email_notifications=True)
    queue_mail(reader, "<script>1</script> & more\nbegins")

    send_mails(now)

    [mail] = server.mails
    assert "Hello eve,\n\n<script>1</script> & more\nbegins" in part(mail, "plain")
    assert "&lt;script&gt;1&lt;/script&gt; &amp; more<br>begins" in part(mail, "html")
    assert "<b>" not in part(mail, "html")


def test_a_mail_contains_nothing_about_another_recipient(server, person, queue_mail, now):
    people = {
        person(name, first_name=name.title(), email_notifications=True): secret
        for name, secret in {"ada": "Berlin Algebra", "bob": "Kolkata Botany"}.items()
    }
    for reader, secret in people.items():
        queue_mail(reader, secret, subject=secret)

    send_mails(now)

    sent = {mail["To"]: mail.as_string() for mail in server.mails}
    for word in ("ada@", "Hello ada", "Berlin", "Algebra"):
        assert (word in sent["ada@example.com"], word in sent["bob@example.com"]) == (True, False)
    for word in ("bob@", "Hello bob", "Kolkata", "Botany"):
        assert (word in sent["ada@example.com"], word in sent["bob@example.com"]) == (False, True)
    links = {mail["List-Unsubscribe"] for mail in server.mails}
    assert len(links) == 2


def test_a_mail_goes_to_the_address_at_the_time_of_sending(server, reader, queue_mail, now):
    queue_mail(reader)
    User.objects.filter(pk=reader.pk).update(email="rosa@new.example.com", username="rosalie")

    send_mails(now)

    assert "Hello rosalie," in server.text("rosa@new.example.com")


@pytest.mark.parametrize(
    "change",
    [
        services.deactivate,
        lambda user: services.update_profile(
            by=user, now=user.date_joined, email_notifications=False
        ),
    ],
)
def test_deactivated_people_and_those_who_turned_mails_off_get_none(
    server, reader, queue_mail, now, change
):
    queue_mail(reader)
    change(reader)

    send_mails(now)

    assert server.mails == []
    assert not Mail.objects.exists()


def test_an_expired_mail_is_dropped(server, reader, queue_mail, now):
    queue_mail(reader, "in time", expires_at=now + timedelta(seconds=1))
    queue_mail(reader, "too late", expires_at=now)

    send_mails(now)

    assert "in time" in server.text("rosa@example.com")


def test_a_mail_that_is_not_due_waits(server, reader, queue_mail, now):
    queue_mail(reader, next_try_at=now + timedelta(seconds=1))

    assert send_mails(now) == 0
    assert send_mails(now + timedelta(seconds=1)) == 1


def test_a_mail_that_a_batch_has_no_time_for_waits_for_the_next_batch(
    server, reader, queue_mail, now, monkeypatch
):
    queue_mail(reader)
    with monkeypatch.context() as patched:
        patched.setattr("core.db.retries.BATCH_SECONDS", -1)
        assert send_mails(now) == 0

    assert Mail.objects.get().attempts == 0
    assert send_mails(now) == 1


def test_finished_mails_are_deleted_after_thirty_days_and_queued_ones_are_not(
    reader, queue_mail, now
):
    ages = [29 * DAY, 31 * DAY]
    done = [queue_mail(reader, created_at=now - age, next_try_at=None, sent_at=now) for age in ages]
    given_up = [queue_mail(reader, created_at=now - age, next_try_at=None) for age in ages]
    pending = queue_mail(reader, created_at=now - 31 * DAY)

    assert forget_mails(now) == 2

    assert set(Mail.objects.all()) == {done[0], given_up[0], pending}
