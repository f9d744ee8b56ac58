"""Which notifications are pushed, and to whom (contract N3, N4, N5)."""

from __future__ import annotations

import json

import pytest
from django.db import transaction

from core.push import push_on_commit
from notifications.events import REMINDER, STARTED
from notifications.services import notify

pytestmark = pytest.mark.django_db


def recipients(frames):
    return [json.loads(frame)["data"]["user"] for frame in frames]


def test_everybody_who_is_notified_is_pushed_what_rest_shows(api, student, instructor, now, pushed):
    with pushed(student.pk, instructor.pk) as frames:
        notify(STARTED, to=[student.pk, instructor.pk], now=now, title="Trees")

    assert recipients(frames) == [student.pk, instructor.pk]
    [shown] = api(student).get("/api/notifications/").json()
    assert json.loads(frames[0]) == {"type": "notification", "data": shown}


def test_a_notification_for_one_occasion_is_pushed_once_to_each_person(
    api, student, instructor, now, pushed
):
    with pushed(student.pk, instructor.pk) as frames:
        for people in ([student.pk], [student.pk, instructor.pk], [instructor.pk]):
            notify(REMINDER, to=people, now=now, once="trees", title="Trees", date=now)

    assert recipients(frames) == [student.pk, instructor.pk]
    [shown] = api(student).get("/api/notifications/").json()
    assert json.loads(frames[0])["data"] == shown


def test_a_notification_that_is_rolled_back_is_not_pushed(student, now, pushed):
    with pushed(student.pk) as frames, transaction.atomic():
        notify(STARTED, to=[student.pk], now=now, title="Trees")
        transaction.set_rollback(True)

    assert frames == []


def test_a_frame_that_can_not_be_made_does_not_fail_the_committed_act(student, now, pushed, caplog):
    def fail():
        raise RuntimeError("this once")

    with pushed(student.pk) as frames:
        push_on_commit(fail)
        notify(STARTED, to=[student.pk], now=now, title="Trees")

    assert "this once" in caplog.text
    assert recipients(frames) == [student.pk]
