"""What becomes of meetings at Zoom: ended with their sessions, tried again when Zoom fails, and
found by the sweep when a start has lost them (contract O5)."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest
from django.db import connection

from accounts import staff_acts
from operations.privacy import erasing
from tests.zoom.conftest import rewrite, sweep
from tests.zoom.moods import after, answers, hangs
from zoom import jobs, services
from zoom.models import OneOnOneSession, PendingMeetingEnd, StartAttempt
from zoom.services import starting

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("action", ["end", "cancel"])
def test_an_end_ends_the_meeting(zoom, press, action):
    number = int(press("start").json()["zoom_meeting_id"])
    zoom.running.add(number)

    assert press(action).status_code == 200

    assert zoom.meetings == {}
    assert PendingMeetingEnd.objects.count() == 0


@pytest.fixture
def two_meetings(zoom, press, api, friends):
    """Ada and Ben are in two meetings at once."""
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


def throw_out(api, ada, ben, now, person):
    root = person("root", is_staff=True, is_superuser=True)
    staff_acts.deactivate(ben, by=root, now=now, reason="Spam", clear=True)


def erase(api, ada, ben, now, person):
    erasing.erase(ben, now=now)


@pytest.mark.parametrize("act", [block, unfriend, throw_out, erase])
def test_what_parts_two_people_ends_their_meetings_at_once(
    zoom, two_meetings, api, now, person, django_capture_on_commit_callbacks, act
):
    with django_capture_on_commit_callbacks(execute=True):
        act(api, *two_meetings, now, person)

    assert zoom.meetings == {}
    assert PendingMeetingEnd.objects.count() == 0


def test_a_block_holds_while_zoom_is_down_and_its_meetings_are_ended_by_the_clock(
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


def test_a_block_waits_for_a_zoom_that_hangs_once_for_all_its_meetings(
    zoom, two_meetings, api, now, monkeypatch, django_capture_on_commit_callbacks
):
    ada, ben = two_meetings
    monkeypatch.setattr("zoom.services.meetings.PATIENCE", 0.2)
    zoom.behave("end", hangs)
    asked = len(zoom.asked("end"))

    with django_capture_on_commit_callbacks(execute=True):
        block(api, ada, ben, now, None)

    assert len(zoom.asked("end")) == asked + 1
    zoom.calm()
    assert jobs.end_meetings(now + timedelta(minutes=10)) == 2


def test_what_never_met_has_nothing_to_end(zoom, press):
    assert press("cancel").status_code == 200

    assert zoom.requests == []


def test_a_zoom_that_fails_at_the_end_stops_nobody_and_is_asked_again(zoom, press, now, caplog):
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


def test_a_meeting_made_for_a_start_that_was_lost_is_ended_by_the_clock(zoom, pending, ada, now):
    attempt = starting.claim_start(pending, by=ada, now=now)

    starting.discard(attempt, starting.make_meeting(attempt), now=now)

    assert len(zoom.meetings) == 1
    assert jobs.end_meetings(now) == 1
    assert zoom.meetings == {}


def test_a_database_that_fails_after_the_commit_is_not_the_callers_error(
    at_zoom, ada, now, django_capture_on_commit_callbacks, caplog
):
    with django_capture_on_commit_callbacks(execute=True), connection.cursor() as cursor:
        services.end(at_zoom, by=ada, now=now)
        cursor.execute("ALTER TABLE zoom_meetingtoend RENAME TO away")

    assert "on_commit" in caplog.text


def test_an_orphaned_meeting_is_found_as_long_as_zoom_may_have_made_it(zoom, press, now):
    zoom.behave("create", answers(500), times=1)
    press("start")
    asked = json.loads(zoom.asked("create")[0].body)

    assert jobs.sweep_meetings(now + timedelta(seconds=2)) == 0
    zoom.meetings[1] = asked | {"host": "me"}
    assert jobs.sweep_meetings(now + timedelta(minutes=1)) == 1
    jobs.end_meetings(now + timedelta(minutes=1))
    assert zoom.meetings == {}


def test_when_all_is_clear_zoom_is_asked_nothing(zoom, press, now):
    zoom.behave("create", answers(500), times=1)
    press("start")
    press("start")

    for minutes in (1, 6, 11, 16):
        jobs.sweep_meetings(now + timedelta(minutes=minutes))

    assert len(zoom.asked("list")) == 2


def test_a_start_that_is_under_way_is_not_swept_until_it_is_dead(zoom, press, pending, now):
    press("start")
    rewrite(pending, status="pending", started_by=None, started_at=None)
    StartAttempt.objects.update(settled=False)  # as if Zoom hadn't answered yet

    assert jobs.sweep_meetings(now + timedelta(seconds=50)) == 0
    assert jobs.sweep_meetings(now + timedelta(seconds=70)) == 1


def test_a_start_that_zoom_was_too_busy_for_leaves_nothing_to_look_for(zoom, press, now):
    zoom.behave("create", answers(429, {"code": 429}), times=1)

    press("start")
    sweep(now)

    assert zoom.asked("list") == []


def test_what_zoom_lists_for_nobody_is_given_up_after_a_day(zoom, press, now):
    zoom.behave("create", answers(500), times=1)
    zoom.behave("list", answers(500))
    press("start")

    jobs.sweep_meetings(now + timedelta(hours=23))
    asked = len(zoom.asked("list"))
    jobs.sweep_meetings(now + timedelta(hours=25))

    assert asked == len(zoom.asked("list")) > 0


def test_a_sweep_that_fails_is_made_again(zoom, press, now):
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
