"""The admin's first page: its figures, whose days they are of, who sees them, and what waits."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, timedelta
from uuid import uuid4
from zoneinfo import ZoneInfo

import pytest
from django.contrib.auth.models import Permission
from django.db import connection, models
from django.test.utils import CaptureQueriesContext

from accounts.models import Mail
from materials.models import StrayFile
from operations.dashboard import figures, waiting
from operations.dashboard.charts import draw
from operations.dashboard.figures import total
from operations.dashboard.periods import Period, chosen, latest
from sessions_app import services
from sessions_app.models import BookingRequest, Session
from zoom.models import MeetingToEnd, OneOnOneSession, StartAttempt

pytestmark = [pytest.mark.django_db, pytest.mark.database]

PAGE = "/admin/"
DAY = timedelta(days=1)


@pytest.fixture
def staff(person):
    return person("rosa", is_staff=True, is_superuser=True)


@pytest.fixture
def desk(client, staff):
    client.force_login(staff)
    return client


@pytest.fixture
def asked(session, instructor):
    """`asked(student)`: a session that people ask to join, and their requests for it."""

    def make(*askers, **fields):
        row = session(booking_mode="request", subject="Maths", level="beginner", **fields)
        for asker in askers:
            services.join(seen(row, asker), by=asker, now=row.created_at)
        return row

    return make


@pytest.fixture
def met(person):
    """`met(status="completed")`: a 1-on-1 session with these columns."""

    def make(**columns):
        one, other = person(), person()
        row = OneOnOneSession.objects.create(initiator=one, participant=other)
        return rewrite(row, **columns)

    return make


def seen(session, user):
    return Session.objects.seen_by(user).get(pk=session.pk)


def rewrite(row, **columns):
    """Write columns past the services."""
    models.QuerySet.update(type(row).objects.filter(pk=row.pk), **columns)
    row.refresh_from_db()
    return row


def week(now):
    return latest(7, zone=ZoneInfo("UTC"), now=now)


def before(now):
    """The day that has all of the week before."""
    return week(now).before.first


def shown(desk, query=None):
    """The page's tiles by section and label: value, and what it says of the period before."""
    context = desk.get(PAGE, query).context
    return {
        section["title"]: {
            tile["label"]: (tile["value"], tile["before"]) for tile in section["tiles"]
        }
        for section in context["sections"]
    }


# ── Figures ──────────────────────────────────────────────────────────────────────────────────


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


# ── The page ─────────────────────────────────────────────────────────────────────────────────


def test_the_page_shows_the_figures_beside_those_of_the_period_before(
    desk, session, asked, student, now
):
    for ago, places in ((0, 6), (1, 4), (8, 8)):
        rewrite(session(max_participants=places), date=now - ago * DAY, participant_count=2)
    asked(student)

    found = shown(desk, {"days": "7"})

    assert found["Sessions"]["Taking place"] == ("2", "+100%, 1 before")
    assert found["Sessions"]["Places taken"] == ("40%", "4 of 10, 25% before")
    assert found["Bookings"]["Asked"] == ("1", "0 before")
    assert found["New people"]["Instructors"] == ("1", "0 before")


def test_each_figure_leads_to_the_list_of_the_rows_that_it_counts(desk, session, person, met, now):
    for status in ("upcoming", "completed", "expired"):
        rewrite(session(), date=now, status=status)
    rewrite(session(), date=now - 40 * DAY, created_at=now - 40 * DAY)
    ada = person("ada", role="instructor")
    met(status="completed", started_by=ada, started_at=now, ended_at=now)

    sections = desk.get(PAGE).context["sections"]

    linked = [tile for section in sections for tile in section["tiles"] if tile["link"]]
    assert len(linked) >= 9
    for tile in linked:
        listed = desk.get(tile["link"]).context["cl"]
        assert str(listed.result_count) == tile["value"], tile["label"]


@pytest.mark.parametrize(
    ("query", "sentence"),
    [
        ({"days": "8"}, "Choose 7, 30, 90, 365 days"),
        ({"days": "-7"}, "Choose 7"),
        ({"from": "2026-01-01"}, "both a first and a last day"),
        ({"from": "2026-02-30", "to": "2026-03-01"}, "both a first and a last day"),
        ({"from": "2026-01-01\0", "to": "٢٠٢٦-٠١-٠١"}, "both a first and a last day"),
        ({"from": "2026-02-02", "to": "2026-02-01"}, "can&#x27;t be after the last"),
        ({"from": "2020-01-01", "to": "2026-02-01"}, "at most 731 days"),
        ({"from": "0001-01-01", "to": "0001-01-02"}, "from 2000-01-01 to 2099-12-31"),
        ({"from": "9999-12-31", "to": "9999-12-31"}, "from 2000-01-01 to 2099-12-31"),
    ],
)
def test_a_period_that_can_not_be_read_is_said_and_the_usual_one_is_shown(desk, query, sentence):
    answer = desk.get(PAGE, query)

    assert answer.status_code == 200
    assert sentence in re.search(r'role="alert"[^>]*>([^<]*)', answer.content.decode())[1]
    assert answer.context["period"].length == 30


@pytest.mark.parametrize(
    ("query", "first", "last"),
    [
        ({}, date(2026, 5, 3), date(2026, 6, 1)),
        ({"days": "365", "from": "", "to": ""}, date(2025, 6, 2), date(2026, 6, 1)),
        ({"from": "2027-01-01", "to": "2027-01-01"}, date(2027, 1, 1), date(2027, 1, 1)),
        ({"from": "2000-01-01", "to": "2001-12-31"}, date(2000, 1, 1), date(2001, 12, 31)),
        ({"from": "2099-12-31", "to": "2099-12-31"}, date(2099, 12, 31), date(2099, 12, 31)),
    ],
)
def test_the_period_is_chosen_by_its_length_or_its_ends(query, first, last):
    auckland = ZoneInfo("Pacific/Auckland")
    late_may = datetime(2026, 5, 31, 13, 0, tzinfo=UTC)  # the first of June there

    period = chosen(query, zone=auckland, now=late_may)

    assert (period.first, period.last) == (first, last)
    assert period.before.length == period.length
    assert period.before.last + DAY == period.first


def test_the_page_takes_as_many_queries_for_many_rows_as_for_few(
    desk, session, asked, person, met, now
):
    desk.get(PAGE)  # Django remembers content types from here on
    counts = []
    for _ in range(2):
        for _ in range(3):
            asked(person())
            met(status="completed", started_by=person(), started_at=now, ended_at=now)
        with CaptureQueriesContext(connection) as captured:
            desk.get(PAGE)
        counts.append(len(captured))

    # The Django session and the person; nine for the figures, one for what waits.
    assert counts == [12, 12]


def test_who_may_not_look_at_a_table_is_told_nothing_of_it(client, person, session, now):
    helper = person("helper", is_staff=True)
    client.force_login(helper)
    rewrite(session(), date=now)
    nothing = client.get(PAGE)

    allowed = Permission.objects.get(
        codename="view_session", content_type__app_label="sessions_app"
    )
    helper.user_permissions.add(allowed)
    with CaptureQueriesContext(connection) as captured:
        page = client.get(PAGE)

    assert (nothing.context["sections"], nothing.context["waiting"]) == ([], [])
    assert "You have no permission" in nothing.content.decode()
    assert "Taking place" not in nothing.content.decode()
    assert [section["title"] for section in page.context["sections"]] == ["Sessions"]
    assert {row["label"].split()[0] for row in page.context["waiting"]} == {"Sessions"}
    asked_of = " ".join(query["sql"] for query in captured)
    assert "sessions_app_session" in asked_of
    assert "accounts_mail" not in asked_of
    assert "sessions_app_bookingrequest" not in asked_of


def test_others_do_not_see_the_page(client, student):
    client.force_login(student)

    assert client.get(PAGE).status_code == 302


# ── What waits ───────────────────────────────────────────────────────────────────────────────


def test_each_pile_that_waits_leads_to_the_list_of_what_it_counts(
    desk, session, asked, settings, student, now
):
    settings.SESSION_APPROVAL_POLICY = "staff"
    long_ago = now - DAY
    asked()
    rewrite(session(), status="ongoing", ends_at=long_ago)
    rewrite(session(), status="ongoing", ends_at=now - timedelta(hours=2))
    rewrite(session(), ends_at=long_ago)
    session()
    mail = {"kind": "notification", "user": student, "created_at": long_ago}
    for columns in (
        {"attempts": 6},
        {"sent_at": now},
        {"next_try_at": now},
        {"next_try_at": long_ago},
    ):
        Mail.objects.create(subject=f"Mail {columns}", **mail, **columns)
    MeetingToEnd.objects.create(meeting_id="1", next_try_at=now, created_at=long_ago)
    MeetingToEnd.objects.create(meeting_id="2", next_try_at=now, created_at=now)
    StrayFile.objects.create(name="a", store="local", attempts=5, next_try_at=now)
    StrayFile.objects.create(name="b", store="local", attempts=0, next_try_at=now)

    rows = desk.get(PAGE).context["waiting"]

    assert len(rows) == len(waiting.piles(now)) == 7
    for row in rows:
        assert row["number"] == 1, row["label"]
        listed = desk.get(row["link"]).context["cl"]
        assert listed.result_count == 1, row["label"]


def test_approvals_wait_for_the_staff_on_a_moderated_site_only(settings, now):
    names = {pile.name for pile in waiting.piles(now)}
    settings.SESSION_APPROVAL_POLICY = "staff"

    assert {pile.name for pile in waiting.piles(now)} - names == {"approvals"}


# ── Charts ───────────────────────────────────────────────────────────────────────────────────


def test_a_chart_has_a_bar_for_each_day_and_its_numbers_as_text():
    period = Period(date(2026, 1, 1), date(2026, 1, 3), ZoneInfo("UTC"))
    series = {
        "Asked": {date(2026, 1, 1): 3, date(2025, 12, 31): 9},
        "Refused": {date(2026, 1, 1): 1},
    }

    chart = draw("Bookings", series, period)

    assert (chart["top"], chart["is_weekly"]) == (5, False)
    assert [bar["numbers"] for bar in chart["bars"]] == [[3, 1], [0, 0], [0, 0]]
    assert chart["bars"][0]["text"] == "1 Jan 2026: asked 3, refused 1"
    assert [(part["y"], part["height"]) for part in chart["bars"][0]["parts"]] == [
        (40, 60),
        (20, 20),
    ]


def test_a_long_chart_is_of_weeks_and_loses_nothing():
    period = Period(date(2026, 1, 1), date(2026, 12, 31), ZoneInfo("UTC"))

    chart = draw("New people", {"People": dict.fromkeys(period.days, 2)}, period)

    assert chart["is_weekly"]
    assert len(chart["bars"]) == 53
    assert sum(bar["numbers"][0] for bar in chart["bars"]) == 2 * 365
    assert chart["bars"][0]["label"] == "1 Jan to 7 Jan 2026"
    assert chart["bars"][-1]["label"] == "31 Dec 2026"
