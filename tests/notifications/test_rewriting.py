"""However often a session is moved, each person has one notification of it (contract N2)."""

from __future__ import annotations

import json
from datetime import timedelta
from functools import partial

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from notifications.events import RESCHEDULED
from notifications.models import Notification
from notifications.services import notify
from sessions_app import services
from sessions_app.models import Session
from tests.racing import at_once

pytestmark = [pytest.mark.django_db, pytest.mark.database]

SECOND = timedelta(seconds=1)


@pytest.fixture
def planned(session, student, join):
    """A session with one participant, who has heard nothing yet."""
    row = session(title="Algebra")
    join(row, student)
    Notification.objects.all().delete()
    return row


@pytest.fixture
def act(planned, instructor):
    """`act(services.update, now, date=…)`: the creator does it."""

    def do(service, now, **changes):
        row = Session.objects.seen_by(instructor).get(pk=planned.pk)
        service(row, by=instructor, now=now, **changes)

    return do


@pytest.fixture
def move(act, planned):
    """`move(now, 3)`: three days later than it was first."""

    def do(now, days):
        act(services.update, now, date=planned.date + timedelta(days=days))
        return f"Algebra now begins on {planned.date + timedelta(days=days):%d %B %Y}"

    return do


def told(user):
    return list(Notification.objects.of(user).order_by("pk"))


def test_dates_within_a_minute_are_one_notification_that_tells_the_last(
    move, student, instructor, now
):
    said = [move(now + number * SECOND, number + 1) for number in range(60)]

    [row] = told(student)
    assert row.message.startswith(said[-1])
    assert (row.title, row.created_at) == ("Session rescheduled: Algebra", now)
    assert told(instructor) == []


def test_a_date_after_the_minute_is_told_anew(move, student, now):
    for seconds in (0, 30, 60, 90):
        move(now + seconds * SECOND, seconds + 1)

    assert [row.created_at for row in told(student)] == [now, now + 60 * SECOND]


def test_what_was_read_is_unread_again_and_pushed_again_under_its_id(
    api, move, student, now, pushed
):
    move(now, 1)
    [first] = told(student)
    client = api(student)
    client.post(f"/api/notifications/{first.pk}/mark_as_read/")

    with pushed(student.pk) as frames:
        said = move(now + SECOND, 2)

    [shown] = client.get("/api/notifications/").json()
    assert (shown["id"], shown["read"]) == (first.pk, False)
    assert shown["message"].startswith(said)
    assert json.loads(frames[0]) == {"type": "notification", "data": shown}
    assert client.get("/api/notifications/unread_count/").json() == {"count": 1}


def test_who_comes_in_between_hears_of_the_next_date_and_who_left_keeps_what_they_heard(
    move, planned, student, person, join, now
):
    first = move(now, 1)
    join(planned, late := person("late"))
    services.leave(Session.objects.seen_by(student).get(), by=student, now=now)

    second = move(now + SECOND, 2)

    assert [row.message.startswith(first) for row in told(student)] == [True]
    assert [row.message.startswith(second) for row in told(late)] == [True]


@pytest.mark.parametrize(
    ("service", "title"),
    [
        (services.cancel, "Session cancelled: Algebra"),
        (services.delete, "Session deleted: Algebra"),
    ],
)
def test_an_end_takes_the_place_of_the_date_that_it_makes_moot(
    act, move, student, planned, now, service, title
):
    move(now, 1)
    before = told(student)
    act(service, now + SECOND)

    [row] = told(student)
    assert (row.pk, row.title, row.read) == (before[0].pk, title, False)
    assert row.session_id == (planned.pk if service is services.cancel else None)


def test_each_joining_stays_its_own(planned, person, join, instructor):
    for _ in range(3):
        join(planned, person())

    assert len(told(instructor)) == 3


def test_other_sessions_and_other_news_are_left_alone(
    act, move, session, student, join, instructor, now
):
    other = session(title="Geometry")
    join(other, student)
    Notification.objects.all().delete()
    move(now, 1)
    services.update(
        Session.objects.seen_by(instructor).get(pk=other.pk),
        by=instructor,
        now=now,
        date=other.date + timedelta(days=1),
    )
    act(services.start, now + SECOND)

    assert [row.title for row in told(student)] == [
        "Session rescheduled: Algebra",
        "Session rescheduled: Geometry",
        "Session started: Algebra",
    ]


def test_the_news_of_a_deleted_session_is_not_taken_for_another_ones(
    act, move, session, student, join, instructor, now
):
    move(now, 1)
    act(services.delete, now)
    other = session(title="Geometry")
    join(other, student)
    services.delete(Session.objects.seen_by(instructor).get(pk=other.pk), by=instructor, now=now)

    assert [row.title for row in told(student)] == [
        "Session deleted: Algebra",
        "Session deleted: Geometry",
    ]


@pytest.mark.parametrize("people", [1, 4])
def test_rewriting_takes_as_many_queries_for_many_as_for_one(
    move, planned, person, join, now, people
):
    for _ in range(people - 1):
        join(planned, person())
    move(now, 1)

    with CaptureQueriesContext(connection) as captured:
        move(now + SECOND, 2)

    told_of = [each for each in captured if "notifications_notification" in str(each["sql"])]
    assert len(told_of) == 2


def notifications_of_four_at_once(tell):
    """How many notifications are made when `tell` is called four times at the same moment."""
    Notification.objects.all().delete()

    def act(days):
        try:
            tell(timedelta(days=days))
        finally:
            connection.close()

    at_once([partial(act, days) for days in range(1, 5)])
    return Notification.objects.count()


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_dates_at_the_same_moment_are_one_notification(act, planned, now):
    def move(later):
        act(services.update, now, date=planned.date + later)

    assert notifications_of_four_at_once(move) == 1


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_told_without_holding_the_session_they_are_several(planned, student, now):
    def tell(later):
        facts = {"title": "Algebra", "date": planned.date + later}
        with transaction.atomic():
            notify(RESCHEDULED, to=[student.pk], now=now, news_of=planned.pk, **facts)

    assert any(notifications_of_four_at_once(tell) > 1 for _ in range(20))
