"""However often a session is rescheduled, each person has one notification of it (contract N2)."""

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
from tests.support.racing import at_once

pytestmark = [pytest.mark.django_db, pytest.mark.database]

SECOND = timedelta(seconds=1)


@pytest.fixture
def planned(session, student, join):
    """A session with one participant, and no notifications yet."""
    row = session(title="Algebra")
    join(row, student)
    Notification.objects.all().delete()
    return row


@pytest.fixture
def act(planned, instructor):
    """`act(services.update, now, date=…)`: call this service as the creator."""

    def do(service, now, **changes):
        row = Session.objects.seen_by(instructor).get(pk=planned.pk)
        service(row, by=instructor, now=now, **changes)

    return do


@pytest.fixture
def move(act, planned):
    """`move(now, 3)`: move the session to three days after its first date."""

    def do(now, days):
        act(services.update, now, date=planned.date + timedelta(days=days))
        return f"Algebra now begins on {planned.date + timedelta(days=days):%d %B %Y}"

    return do


def notifications_of(user):
    return list(Notification.objects.of(user).order_by("pk"))


def test_dates_within_a_minute_are_one_notification_with_the_last_date(
    move, student, instructor, now
):
    messages = [move(now + number * SECOND, number + 1) for number in range(60)]

    [row] = notifications_of(student)
    assert row.message.startswith(messages[-1])
    assert (row.title, row.created_at) == ("Session rescheduled: Algebra", now)
    assert notifications_of(instructor) == []


def test_a_date_after_the_minute_is_a_new_notification(move, student, now):
    for seconds in (0, 30, 60, 90):
        move(now + seconds * SECOND, seconds + 1)

    assert [row.created_at for row in notifications_of(student)] == [now, now + 60 * SECOND]


def test_a_notification_that_was_read_is_unread_and_pushed_again_with_the_same_id(
    api, move, student, now, pushed
):
    move(now, 1)
    [first] = notifications_of(student)
    client = api(student)
    client.post(f"/api/notifications/{first.pk}/mark_as_read/")

    with pushed(student.pk) as frames:
        message = move(now + SECOND, 2)

    [shown] = client.get("/api/notifications/").json()
    assert (shown["id"], shown["read"]) == (first.pk, False)
    assert shown["message"].startswith(message)
    assert json.loads(frames[0]) == {"type": "notification", "data": shown}
    assert client.get("/api/notifications/unread_count/").json() == {"count": 1}


def test_those_who_join_in_between_get_the_next_date_and_those_who_left_keep_the_first(
    move, planned, student, person, join, now
):
    first = move(now, 1)
    join(planned, late := person("late"))
    services.leave(Session.objects.seen_by(student).get(), by=student, now=now)

    second = move(now + SECOND, 2)

    assert [row.message.startswith(first) for row in notifications_of(student)] == [True]
    assert [row.message.startswith(second) for row in notifications_of(late)] == [True]


@pytest.mark.parametrize(
    ("service", "title"),
    [
        (services.cancel, "Session cancelled: Algebra"),
        (services.delete, "Session deleted: Algebra"),
    ],
)
def test_a_cancellation_or_deletion_replaces_the_notification_of_the_new_date(
    act, move, student, planned, now, service, title
):
    move(now, 1)
    before = notifications_of(student)
    act(service, now + SECOND)

    [row] = notifications_of(student)
    assert (row.pk, row.title, row.read) == (before[0].pk, title, False)
    assert row.session_id == (planned.pk if service is services.cancel else None)


def test_each_joining_is_a_notification_of_its_own(planned, person, join, instructor):
    for _ in range(3):
        join(planned, person())

    assert len(notifications_of(instructor)) == 3


def test_notifications_of_other_sessions_and_events_are_not_replaced(
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

    assert [row.title for row in notifications_of(student)] == [
        "Session rescheduled: Algebra",
        "Session rescheduled: Geometry",
        "Session started: Algebra",
    ]


def test_notifications_of_two_deleted_sessions_are_kept_apart(
    act, move, session, student, join, instructor, now
):
    move(now, 1)
    act(services.delete, now)
    other = session(title="Geometry")
    join(other, student)
    services.delete(Session.objects.seen_by(instructor).get(pk=other.pk), by=instructor, now=now)

    assert [row.title for row in notifications_of(student)] == [
        "Session deleted: Algebra",
        "Session deleted: Geometry",
    ]


@pytest.mark.parametrize("people", [1, 4])
def test_rewriting_takes_the_same_number_of_queries_for_any_number_of_people(
    move, planned, person, join, now, people
):
    for _ in range(people - 1):
        join(planned, person())
    move(now, 1)

    with CaptureQueriesContext(connection) as captured:
        move(now + SECOND, 2)

    statements = [each for each in captured if "notifications_notification" in str(each["sql"])]
    assert len(statements) == 2


def notifications_of_four_at_once(notify_after):
    """Return the number of notifications made by four simultaneous calls of `notify_after`."""
    Notification.objects.all().delete()

    def act(days):
        try:
            notify_after(timedelta(days=days))
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
def test_without_holding_the_session_they_are_several(planned, student, now):
    def notify_student(later):
        facts = {"title": "Algebra", "date": planned.date + later}
        with transaction.atomic():
            notify(RESCHEDULED, to=[student.pk], now=now, news_of=planned.pk, **facts)

    assert any(notifications_of_four_at_once(notify_student) > 1 for _ in range(20))
