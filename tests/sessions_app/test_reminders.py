"""Reminders before each session (contract N3): sent exactly once, and only while useful."""

from __future__ import annotations

from datetime import timedelta

import pytest

from mail.models import Mail
from notifications.models import Notification
from sessions_app import services
from sessions_app.jobs import send_reminders
from sessions_app.models import Participant, Session

pytestmark = [pytest.mark.django_db, pytest.mark.database]

DAY, HOUR = timedelta(hours=24), timedelta(hours=1)


@pytest.fixture
def planned(session, student, join):
    """A session in three days, with one participant."""
    row = session(title="Algebra")
    join(row, student)
    Notification.objects.all().delete()
    return row


def reminded():
    """Return the names of the people who were reminded, in order."""
    rows = Notification.objects.filter(type="reminder").order_by("pk")
    return [row.user.username for row in rows]


def test_creator_and_participants_are_reminded_a_day_and_an_hour_before(planned):
    assert send_reminders(planned.date - DAY - timedelta(seconds=1)) == 0

    assert send_reminders(planned.date - DAY) == 1
    assert reminded() == ["ines", "sam"]

    assert send_reminders(planned.date - HOUR) == 1
    assert reminded() == ["ines", "sam"] * 2
    first = Notification.objects.first()
    assert (first.title, first.session) == ("Reminder: Algebra", planned)


def test_running_again_reminds_nobody_again(planned):
    for minutes in (0, 1, 30, 600):
        send_reminders(planned.date - DAY + timedelta(minutes=minutes))

    assert reminded() == ["ines", "sam"]


def test_after_an_outage_only_the_shortest_due_lead_time_is_reminded_of(planned):
    send_reminders(planned.date - timedelta(minutes=20))
    send_reminders(planned.date - timedelta(minutes=19))

    assert reminded() == ["ines", "sam"]


def test_the_lead_times_can_be_set(planned, settings):
    settings.REMINDER_LEADS = [timedelta(minutes=15)]

    assert send_reminders(planned.date - HOUR) == 0
    assert send_reminders(planned.date - timedelta(minutes=15)) == 1


def test_a_changed_date_sends_the_reminders_again(planned, instructor):
    send_reminders(planned.date - DAY)
    moved = planned.date - timedelta(hours=2)
    now = planned.date - timedelta(hours=20)
    services.update(planned, by=instructor, now=now, date=moved)

    assert send_reminders(now) == 1
    assert send_reminders(moved - HOUR) == 1
    assert reminded() == ["ines", "sam"] * 3


def test_a_changed_title_sends_no_reminder_again(planned, instructor):
    send_reminders(planned.date - DAY)
    services.update(planned, by=instructor, now=planned.created_at, title="Geometry")

    assert send_reminders(planned.date - DAY) == 0


@pytest.mark.parametrize("act", [services.cancel, services.start])
def test_a_cancelled_or_started_session_sends_no_reminders(planned, instructor, act):
    row = Session.objects.seen_by(instructor).get()
    act(row, by=instructor, now=planned.date - 2 * DAY)

    assert send_reminders(planned.date - HOUR) == 0


def test_a_session_whose_date_is_past_sends_no_reminders(planned):
    assert send_reminders(planned.date) == 0


def test_a_person_who_has_left_is_not_reminded(planned, student):
    row = Session.objects.seen_by(student).get()
    services.leave(row, by=student, now=planned.created_at)

    send_reminders(planned.date - DAY)

    assert reminded() == ["ines"]


def test_only_the_mail_of_a_removed_participant_is_recalled(planned, staff, student, person, join):
    stays = person("tia")
    join(planned, stays)
    for each in (student, stays):
        each.email_notifications = True
        each.save()
    late = planned.date - HOUR
    send_reminders(late)

    place = Participant.objects.get(user=student)
    services.remove_participant(place, by=staff, now=late)

    mails = Mail.objects.filter(kind=Mail.Kind.REMINDER)
    assert {mail.user: mail.expires_at > late for mail in mails} == {student: False, stays: True}


def test_the_mails_of_a_deleted_session_are_recalled(planned, instructor, student):
    student.email_notifications = True
    student.save()
    late = planned.date - HOUR
    send_reminders(late)

    services.delete(planned, by=instructor, now=late)

    mail = Mail.objects.get(kind=Mail.Kind.REMINDER)
    assert mail.expires_at <= late


def test_the_database_alone_prevents_a_duplicate_reminder(planned):
    send_reminders(planned.date - DAY)
    Session.objects.update(reminded_lead=None)  # as if this column had been lost

    send_reminders(planned.date - DAY)

    assert reminded() == ["ines", "sam"]


def test_a_date_that_is_moved_and_moved_back_sends_reminders_again(planned, instructor):
    date = planned.date
    send_reminders(date - DAY)
    for moved in (date + 3 * DAY, date):
        row = Session.objects.seen_by(instructor).get()
        services.update(row, by=instructor, now=date - DAY, date=moved)

    assert send_reminders(date - DAY + HOUR) == 1
    assert reminded() == ["ines", "sam", "ines", "sam"]


def test_however_often_the_date_changes_each_lead_time_is_reminded_of_once_an_hour(
    planned, instructor
):
    date, start = planned.date, planned.date - timedelta(hours=12)
    for minute in range(120):
        now = start + timedelta(minutes=minute)
        # Alternately within a day and within an hour.
        moved = date + timedelta(minutes=minute) if minute % 2 else now + timedelta(minutes=30)
        row = Session.objects.seen_by(instructor).get()
        services.update(row, by=instructor, now=now, date=moved)
        send_reminders(now)

    sent = Notification.objects.filter(type="reminder", user=instructor).order_by("pk")
    minutes = [(row.created_at - start) // timedelta(minutes=1) for row in sent]
    leads = [int(row.dedupe_key.split(":")[2]) for row in sent]
    assert list(zip(minutes, leads, strict=True)) == [(0, 60), (60, 60)]


def test_a_session_moved_to_within_an_hour_sends_a_reminder_at_once(planned, instructor):
    send_reminders(planned.date - DAY)
    now = planned.date - DAY + timedelta(minutes=1)

    services.update(planned, by=instructor, now=now, date=now + timedelta(minutes=50))

    assert send_reminders(now) == 1
    assert reminded() == ["ines", "sam"] * 2


def test_a_delayed_reminder_is_sent_after_an_hour_with_the_newest_date(planned, instructor):
    first, moved = planned.date - DAY, planned.date - HOUR
    send_reminders(first)
    services.update(planned, by=instructor, now=first, date=moved)

    assert send_reminders(first + HOUR - timedelta(seconds=1)) == 0
    assert send_reminders(first + HOUR) == 1
    assert send_reminders(first + 2 * HOUR) == 0
    assert f"{moved:%H:%M}" in Notification.objects.order_by("pk").last().message
