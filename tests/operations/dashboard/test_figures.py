"""What the dashboard counts, and on whose days."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from uuid import uuid4
from zoneinfo import ZoneInfo

import pytest

from operations.dashboard import figures
from operations.dashboard.figures import total
from operations.dashboard.periods import Period
from sessions_app import services
from sessions_app.models import BookingRequest
from tests.operations.dashboard.conftest import DAY, before, rewrite, seen, week
from zoom.models import StartAttempt

pytestmark = [pytest.mark.django_db, pytest.mark.database]


def test_sessions_are_counted_by_their_day_and_status_with_the_places_of_those_that_take_place(
    session, now
):
    rewrite(session(max_participants=10), date=now, participant_count=4)
    rewrite(session(max_participants=6), date=now - DAY, participant_count=6)
    rewrite(session(max_participants=8), date=now, status="cancelled", participant_count=5)
    rewrite(session(max_participants=2), date=now - 7 * DAY, participant_count=1)
    session(max_participants=20)  # in three days

    found = figures.of_sessions(week(now))

    today, yesterday = now.date(), (now - DAY).date()
    assert found["by_status"]["upcoming"] == {today: 1, yesterday: 1, before(now): 1}
    assert found["by_status"]["cancelled"] == {today: 1}
    assert (found["sold"][today], found["offered"][today]) == (4, 10)
    assert (total(found["sold"], week(now)), total(found["offered"], week(now))) == (10, 16)
    assert total(found["offered"], week(now).before) == 2
    assert found["live"] == {"upcoming": 4}
    assert found["created"] == {today: 5, before(now): 0}


def test_bookings_are_counted_when_they_are_asked_and_when_they_are_decided(
    asked, person, instructor, now
):
    people = [person() for _ in range(5)]
    row = asked(*people)
    old = BookingRequest.objects.get(user=people[4])
    rewrite(old, requested_at=now - 8 * DAY, decided_at=now - 8 * DAY, status="rejected")
    services.approve_request(seen(row, instructor), user_id=people[0].pk, by=instructor, now=now)
    services.reject_request(seen(row, instructor), user_id=people[1].pk, by=instructor, now=now)
    services.withdraw_request(seen(row, people[2]), by=people[2], now=now)

    found = figures.of_bookings(week(now))

    today = now.date()
    assert found["asked"] == {today: 4, before(now): 1}
    assert found["approved"] == {today: 1}
    assert found["rejected"] == {today: 1, before(now): 1}
    assert found["withdrawn"] == {today: 1}


def test_new_people_are_counted_by_role(person, now):
    person(role="instructor")
    person()
    rewrite(person(), date_joined=now - 2 * DAY)
    rewrite(person(), date_joined=now - 20 * DAY)

    found = figures.of_people(week(now))

    assert found["instructor"] == {now.date(): 1}
    assert found["student"] == {now.date(): 1, (now - 2 * DAY).date(): 1}


def test_one_on_ones_are_counted_with_the_starts_that_came_to_nothing(met, person, now):
    ada = person("ada")
    begun = {"started_by": ada, "started_at": now}
    good, running, died, failed = uuid4(), uuid4(), uuid4(), uuid4()
    until = {"start_until": now + timedelta(seconds=20)}
    too_late = {"start_until": now - timedelta(seconds=1)}
    sessions = {
        good: met(status="completed", ended_at=now, start_marker=good, **begun),
        running: met(start_marker=running, **until),
        died: met(start_marker=died, **too_late),
        failed: met(status="cancelled", ended_at=now),
    }
    retried = met(status="active", start_marker=uuid4(), **begun)
    for marker, row in {**sessions, uuid4(): retried}.items():
        StartAttempt.objects.create(marker=marker, session=row, by=ada, created_at=now)

    found = figures.of_one_on_ones(week(now), now)

    today = now.date()
    assert found["started"] == {today: 2, before(now): 0}
    assert (found["completed"], found["cancelled"]) == ({today: 1}, {today: 1})
    assert found["failed"] == {today: 3, before(now): 0}


def test_days_are_those_of_the_staff_members_zone_also_when_the_clock_is_set(person):
    zone = ZoneInfo("Europe/Berlin")
    period = Period(date(2026, 3, 29), date(2026, 3, 29), zone)  # a day of 23 hours
    inside = [datetime(2026, 3, 28, 23, 0, tzinfo=UTC), datetime(2026, 3, 29, 21, 59, tzinfo=UTC)]
    outside = [datetime(2026, 3, 28, 22, 59, tzinfo=UTC), datetime(2026, 3, 29, 22, 0, tzinfo=UTC)]
    for moment in inside + outside:
        rewrite(person(), date_joined=moment)

    found = figures.of_people(period)

    assert period.end - period.start == timedelta(days=1)  # on the wall's clock
    assert found["student"] == {date(2026, 3, 29): 2, date(2026, 3, 28): 1}
