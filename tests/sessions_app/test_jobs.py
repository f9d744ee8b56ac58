"""The scheduler's jobs (contract S14): run on time, run twice, and run on sessions that have
changed in the meantime."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.core.management import call_command

from core.errors import APIError
from sessions_app import services
from sessions_app.jobs import complete_sessions, expire_sessions
from sessions_app.models import Session

pytestmark = [pytest.mark.django_db, pytest.mark.database]


@pytest.fixture
def status(session):
    return lambda: Session.objects.get().status


def begin(session, instructor, now):
    row = Session.objects.seen_by(instructor).get(pk=session.pk)
    services.start(row, by=instructor, now=now)


def test_a_session_that_was_never_started_expires_at_its_end(session, status):
    ends_at = session(duration=90).date + timedelta(minutes=90)

    assert expire_sessions(ends_at) == 0
    assert status() == "upcoming"

    assert expire_sessions(ends_at + timedelta(seconds=1)) == 1
    assert status() == "expired"


def test_a_session_left_running_is_completed_two_hours_after_its_planned_end(
    session, status, instructor, now
):
    begin(session(duration=30), instructor, now)
    due = now + timedelta(minutes=30, hours=2)

    assert complete_sessions(due) == 0
    assert status() == "ongoing"

    assert complete_sessions(due + timedelta(seconds=1)) == 1
    assert status() == "completed"


def test_the_grace_can_be_set(session, status, instructor, now, settings):
    settings.SESSION_COMPLETION_GRACE = timedelta(0)
    begin(session(duration=30), instructor, now)

    complete_sessions(now + timedelta(minutes=31))

    assert status() == "completed"


def test_changing_the_duration_of_an_ongoing_session_moves_its_end(
    session, status, instructor, now
):
    row = session(duration=30)
    begin(row, instructor, now)
    services.update(row, by=instructor, now=now, duration=120)

    complete_sessions(now + timedelta(hours=3))
    assert status() == "ongoing"

    complete_sessions(now + timedelta(hours=4, seconds=1))
    assert status() == "completed"


def test_running_a_job_again_changes_nothing(session, status, now):
    session()
    late = now + timedelta(days=9)

    assert [expire_sessions(late), expire_sessions(late), complete_sessions(late)] == [1, 0, 0]


def test_a_session_moved_to_a_later_date_in_the_meantime_does_not_expire(
    session, status, instructor, now
):
    row = session()
    late = row.ends_at + timedelta(minutes=1)
    services.update(row, by=instructor, now=now, date=row.date + timedelta(days=1))

    assert services.expire(row.pk, now=late) is False
    assert status() == "upcoming"


def test_a_session_prolonged_in_the_meantime_is_not_completed(session, status, instructor, now):
    row = session(duration=30)
    begin(row, instructor, now)
    late = now + timedelta(minutes=31, hours=2)
    services.update(row, by=instructor, now=now, duration=120)

    assert services.complete_overdue(row.pk, now=late) is False
    assert status() == "ongoing"
    assert services.complete_overdue(row.pk, now=late + timedelta(minutes=90)) is True


def test_a_session_deleted_in_the_meantime_is_no_error(session, now):
    row = session()
    row.delete()

    assert services.expire(row.pk, now=now) is False


def test_a_pending_request_is_rejected_when_its_session_expires(session, student, now):
    row = session(booking_mode="request", subject="Art", level="beginner")
    services.join(Session.objects.seen_by(student).get(), by=student, now=now)

    expire_sessions(row.ends_at + timedelta(minutes=1))

    assert Session.objects.get().booking_requests.get().status == "rejected"


def test_an_expired_session_can_not_be_started(session, instructor, now):
    row = session()
    expire_sessions(row.ends_at + timedelta(minutes=1))

    with pytest.raises(APIError, match="expired can't become ongoing"):
        begin(row, instructor, now)


def test_the_command_runs_every_job_once(session, status, time_machine_at, capsys):
    row = session()
    time_machine_at(row.ends_at + timedelta(minutes=1))

    call_command("run_jobs")

    assert status() == "expired"
    assert "expire_sessions: 1" in capsys.readouterr().out
