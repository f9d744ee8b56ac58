"""Meetings at Zoom: ended with their sessions, retried when Zoom fails, and found by the sweep if
their start failed (contract O5)."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest
from django.db import connection

from accounts import staff_acts
from operations.privacy import erasing
from tests.support.zoom_behaviours import after, answers, hangs
from tests.zoom.conftest import rewrite, sweep
from zoom import jobs, services
from zoom.models import OneOnOneSession, PendingMeetingEnd, StartAttempt
from zoom.services import starting

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("action", ["end", "cancel"])
def test_ending_or_cancelling_a_session_ends_its_meeting(zoom, press, action):
    number = int(press("start").json()["zoom_meeting_id"])
    zoom.running.add(number)

    assert press(action).status_code == 200

    assert zoom.meetings == {}
    assert PendingMeetingEnd.objects.count() == 0


@pytest.fixture
def two_meetings(zoom, press, api, friends):
    """Ada and Ben have two active sessions, whose meetings are running."""
    ada, ben = friends
    press("start")
    other = api(ada).post("/v1/sessions/create/", {"participant_id": ben.pk}).json()["id"]
    assert api(ada).post(f"/v1/sessions/{other}/start/").status_code == 200
    zoom.running |= set(zoom.meetings)
    return ada, ben


def block(api, ada, ben, now, person):
    assert api(ben).post(f"/v1/friends/{ada.pk}/block/").status_code == 204


def unfriend(api, ada, ben, now, person):
    assert api(ben).delete(f"/v1/friends/{ada.pk}/").status_code == 204


def deactivate(api, ada, ben, now, person):
    root = person("root", is_staff=True, is_superuser=True)
    staff_acts.deactivate(ben, by=root, now=now, reason="Spam", clear=True)


def erase(api, ada, ben, now, person):
    erasing.erase(ben, now=now)


@pytest.mark.parametrize("separate", [block, unfriend, deactivate, erase])
def test_separating_two_people_ends_their_meetings_at_once(
    zoom, two_meetings, api, now, person, django_capture_on_commit_callbacks, separate
):
    with django_capture_on_commit_callbacks(execute=True):
        separate(api, *two_meetings, now, person)

    assert zoom.meetings == {}
    assert PendingMeetingEnd.objects.count() == 0


def test_a_block_succeeds_while_zoom_is_down_and_a_job_ends_the_meetings_later(
    zoom, two_meetings, api, now, django_capture_on_commit_callbacks
):
    ada, ben = two_meetings
    zoom.behave("end", answers(500))

    with django_capture_on_commit_callbacks(execute=True):
        block(api, ada, ben, now, None)

    assert set(OneOnOneSession.objects.values_list("status", flat=True)) == {"completed"}
    assert len(zoom.meetings) == 2
    zoom.calm()
    assert jobs.end_meetings(now + timedelta(minutes=10)) == 2
    assert zoom.meetings == {}


def test_if_zoom_hangs_a_block_waits_only_once_for_several_meetings(
    zoom, two_meetings, api, now, monkeypatch, django_capture_on_commit_callbacks
):
    ada, ben = two_meetings
    monkeypatch.setattr("zoom.services.meetings.ACTION_SECONDS", 0.2)
    zoom.behave("end", hangs)
    calls = len(zoom.asked("end"))

    with django_capture_on_commit_callbacks(execute=True):
        block(api, ada, ben, now, None)

    assert len(zoom.asked("end")) == calls + 1
    zoom.calm()
    assert jobs.end_meetings(now + timedelta(minutes=10)) == 2


def test_cancelling_a_session_without_a_meeting_makes_no_call(zoom, press):
    assert press("cancel").status_code == 200

    assert zoom.requests == []


def test_if_zoom_fails_a_session_ends_and_its_meeting_is_retried(zoom, press, now, caplog):
    press("start")
    zoom.behave("end", answers(500))
    zoom.behave("delete", answers(500))

    assert press("end").json()["status"] == "completed"
    assert len(zoom.meetings) == 1
    assert "PendingMeetingEnd" in caplog.text

    assert jobs.end_meetings(now + timedelta(hours=1)) == 0
    zoom.calm()
    assert jobs.end_meetings(now + timedelta(hours=2)) == 1
    assert jobs.end_meetings(now + timedelta(hours=3)) == 0
    assert zoom.meetings == {}


def test_the_meeting_of_a_lost_start_is_ended_by_a_job(zoom, pending, ada, now):
    attempt = starting.claim_start(pending, by=ada, now=now)

    starting.discard(attempt, starting.make_meeting(attempt), now=now)

    assert len(zoom.meetings) == 1
    assert jobs.end_meetings(now) == 1
    assert zoom.meetings == {}


def test_a_database_error_after_the_commit_is_logged_and_not_raised(
    at_zoom, ada, now, django_capture_on_commit_callbacks, caplog
):
    with django_capture_on_commit_callbacks(execute=True), connection.cursor() as cursor:
        services.end(at_zoom, by=ada, now=now)
        cursor.execute("ALTER TABLE zoom_meetingtoend RENAME TO away")

    assert "on_commit" in caplog.text


def test_an_orphaned_meeting_is_found_even_if_zoom_creates_it_late(zoom, press, now):
    zoom.behave("create", answers(500), times=1)
    press("start")
    wanted = json.loads(zoom.asked("create")[0].body)

    assert jobs.sweep_meetings(now + timedelta(seconds=2)) == 0
    zoom.meetings[1] = wanted | {"host": "me"}
    assert jobs.sweep_meetings(now + timedelta(minutes=1)) == 1
    jobs.end_meetings(now + timedelta(minutes=1))
    assert zoom.meetings == {}


def test_the_sweep_makes_no_calls_when_all_starts_are_settled(zoom, press, now):
    zoom.behave("create", answers(500), times=1)
    press("start")
    press("start")

    for minutes in (1, 6, 11, 16):
        jobs.sweep_meetings(now + timedelta(minutes=minutes))

    assert len(zoom.asked("list")) == 2


def test_a_start_in_progress_is_not_swept_until_it_has_expired(zoom, press, pending, now):
    press("start")
    rewrite(pending, status="pending", started_by=None, started_at=None)
    StartAttempt.objects.update(settled=False)  # as if Zoom hadn't answered yet

    assert jobs.sweep_meetings(now + timedelta(seconds=50)) == 0
    assert jobs.sweep_meetings(now + timedelta(seconds=70)) == 1


def test_a_start_that_zoom_refused_with_429_needs_no_sweep(zoom, press, now):
    zoom.behave("create", answers(429, {"code": 429}), times=1)

    press("start")
    sweep(now)

    assert zoom.asked("list") == []


def test_the_sweep_gives_up_after_a_day(zoom, press, now):
    zoom.behave("create", answers(500), times=1)
    zoom.behave("list", answers(500))
    press("start")

    jobs.sweep_meetings(now + timedelta(hours=23))
    calls = len(zoom.asked("list"))
    jobs.sweep_meetings(now + timedelta(hours=25))

    assert calls == len(zoom.asked("list")) > 0


def test_a_failed_sweep_is_repeated(zoom, press, now):
    zoom.behave("create", after(answers(500)), times=1)
    press("start")
    zoom.behave("list", answers(403, {"code": 4711}))
    sweep(now)
    assert len(zoom.meetings) == 1

    zoom.calm()
    sweep(now)

    assert zoom.meetings == {}


def test_meetings_of_others_on_the_same_account_are_left_alone(zoom, press, now):
    zoom.behave("create", after(answers(500)), times=1)
    press("start")
    [ours] = zoom.meetings
    foreign = {"host": "me", "topic": "Board", "agenda": "No marker of ours"}
    marker = StartAttempt.objects.get().marker.hex
    zoom.meetings |= {
        1: foreign,
        2: foreign | {"agenda": zoom.meetings[ours]["agenda"].replace(marker, "0" * 32)},
    }

    sweep(now)

    assert set(zoom.meetings) == {1, 2}
