"""A scheduler that was stopped for two hours (contract N3, S14): what was due meanwhile is done
once, and what is too late isn't done."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.core import mail
from django.utils import timezone

from mail.models import Mail
from notifications.models import Notification
from operations.scheduler import run_jobs
from tests.support.server import free_port

pytestmark = pytest.mark.django_db

MINUTES = timedelta(minutes=1)


@pytest.fixture
def sessions(session, person, now, settings):
    """Sessions that begin 50 to 300 minutes from now, by a creator who wants mails."""
    settings.REMINDER_LEADS = [timedelta(hours=1)]
    creator = person("maria", role="instructor", email_notifications=True)
    minutes = {"First": 50, "Second": 90, "Third": 150, "Fourth": 300}
    for title, start in minutes.items():
        session(title=title, by=creator, date=now + start * MINUTES, duration=15)


def titles_of(kind):
    rows = Notification.objects.filter(event=kind).order_by("pk")
    return [row.title.partition(": ")[2] for row in rows]


def mailed():
    return [message.subject for message in mail.outbox]


def test_what_was_due_is_done_once_and_what_is_too_late_is_not(sessions, now, time_machine_at):
    for moment in (now + 120 * MINUTES, now + 121 * MINUTES):
        time_machine_at(moment)
        run_jobs(timezone.now())

    # The first two began and ended while the scheduler was stopped.
    assert titles_of("reminder") == ["Third"]
    assert mailed() == ["Reminder: Third"]


def test_a_reminder_that_waited_for_the_mail_server_until_the_session_began_is_not_sent(
    sessions, now, settings, time_machine_at
):
    backend = settings.EMAIL_BACKEND
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", free_port()
    time_machine_at(now)
    run_jobs(timezone.now())
    assert list(Mail.objects.values_list("subject", "sent_at")) == [("Reminder: First", None)]

    settings.EMAIL_BACKEND = backend
    time_machine_at(now + 120 * MINUTES)
    run_jobs(timezone.now())

    assert titles_of("reminder") == ["First", "Third"]
    assert mailed() == ["Reminder: Third"]
