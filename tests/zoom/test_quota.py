"""How many meetings two people, somebody new and all together may have made at Zoom, which makes
100 for a host in a day."""

from __future__ import annotations

import logging
from datetime import UTC, datetime, timedelta
from functools import partial

import pytest
from django.db import connection

from core.errors import APIError
from core.observability.metrics import THROTTLED, ZOOM_MEETINGS, ZOOM_MEETINGS_MAX
from tests.core.envelope import refused
from tests.racing import at_once
from tests.zoom.conftest import befriend, sweep
from tests.zoom.moods import answers
from zoom import jobs, services
from zoom.models import OneOnOneSession, StartAttempt
from zoom.services import quota, starting

pytestmark = pytest.mark.django_db

DAY = timedelta(days=1)
NOON = datetime(2030, 1, 1, 12, tzinfo=UTC)


@pytest.fixture
def rates(settings):
    """`rates(start_pair="2/day")`: with this limit, and no other."""

    def limit(**scopes):
        wide = dict.fromkeys(settings.THROTTLE_RATES, "9999/day")
        settings.THROTTLE_RATES = wide | scopes

    return limit


@pytest.fixture
def start(api):
    """`start(ada, ben)`: Ada starts a new session with Ben."""

    def press(one, other):
        made = api(one).post("/v1/sessions/create/", {"participant_id": other.pk}).json()
        return api(one).post(f"/v1/sessions/{made['id']}/start/")

    return press


def made_at(moment, row, by, **columns):
    return StartAttempt.objects.create(session=row, by=by, created_at=moment, **columns)


def test_a_pair_starts_so_many_meetings_a_day_whoever_of_them_presses(
    zoom, rates, start, friends, person, now
):
    ada, ben = friends
    befriend(ada, other := person("other"), now)
    rates(start_pair="2/day")
    before = THROTTLED.labels("start_pair")._value.get()

    assert [start(ada, ben).status_code, start(ben, ada).status_code] == [200, 200]
    third = start(ben, ada)

    error = refused(third, 429, "pair_start_limit")["error"]
    assert error.startswith("The two of you have started 2 meetings, which is the limit: you can")
    assert 86_300 < int(third["Retry-After"]) <= 86_401
    assert THROTTLED.labels("start_pair")._value.get() == before + 1
    assert start(ada, other).status_code == 200
    assert len(zoom.asked("create")) == 3


def test_the_limit_of_a_pair_looks_back_from_the_moment(friends, pending, ada, rates):
    rates(start_pair="2/day")
    for hours in (30, 23, 1):
        made_at(NOON - timedelta(hours=hours), pending, ada)

    with pytest.raises(APIError) as refusal:
        starting.claim_start(pending, by=ada, now=NOON)

    assert refusal.value.headers == {"Retry-After": "3601"}
    starting.claim_start(pending, by=ada, now=NOON + timedelta(hours=1, seconds=1))


def test_somebody_new_starts_fewer_with_however_many_people(zoom, rates, start, person, ada, now):
    others = [person() for _ in range(3)]
    for other in others:
        befriend(ada, other, now)
    rates(start_newcomer="2/day")
    assert [start(ada, other).status_code for other in others[:2]] == [200, 200]

    refused(start(ada, others[2]), 429, "newcomer_start_limit")

    assert start(others[2], ada).status_code == 200
    ada.date_joined = now - 2 * DAY
    ada.save()
    assert start(ada, others[2]).status_code == 200


def test_a_start_for_which_zoom_made_nothing_does_not_count(zoom, rates, start, friends):
    ada, ben = friends
    rates(start_pair="1/day")
    zoom.behave("create", answers(429, {"code": 429}))
    refused(start(ada, ben), 503, "zoom_busy")
    zoom.calm()

    assert start(ada, ben).status_code == 200
    refused(start(ada, ben), 429, "pair_start_limit")


def test_a_start_that_zoom_may_have_done_counts_until_the_sweep_knows(
    zoom, rates, start, friends, now
):
    ada, ben = friends
    rates(start_pair="1/day")
    zoom.behave("create", answers(500))
    refused(start(ada, ben), 502, "zoom_failed")
    zoom.calm()
    refused(start(ada, ben), 429, "pair_start_limit")

    sweep(now)

    assert start(ada, ben).status_code == 200


def test_a_host_that_has_made_all_of_its_day_comes_last(settings, pending, ada):
    settings.ZOOM_HOST_USERS = ["one", "two"]
    settings.ZOOM_MEETINGS_PER_HOST = 2
    for host, counts in (("one", True), ("one", True), *[("two", False)] * 3):
        made_at(NOON, pending, ada, host=host, counts=counts)

    assert starting.least_busy_host(NOON) == "two"
    assert starting.least_busy_host(NOON + DAY) == "one"


def test_the_log_and_the_figures_tell_when_zooms_day_is_nearly_used_up(
    settings, pending, ada, caplog
):
    settings.ZOOM_HOST_USERS = ["one", "two"]
    settings.ZOOM_MEETINGS_PER_HOST = 10
    midnight = NOON.replace(hour=0)
    made_at(midnight - timedelta(seconds=1), pending, ada, host="one")
    told = []
    with caplog.at_level(logging.WARNING):
        for number in range(20):
            made_at(midnight, pending, ada, host=("one", "two")[number % 2])
            jobs.watch_zoom_quota(NOON)
            told.append(len(caplog.messages))
    jobs.watch_zoom_quota(NOON)

    assert (told[14], told[15], told[17], told[18], told[19]) == (0, 1, 1, 2, 2)
    assert caplog.messages[0].startswith("16 of the 20 Zoom meetings allowed per day")
    assert (ZOOM_MEETINGS._value.get(), ZOOM_MEETINGS_MAX._value.get()) == (20, 20)
    jobs.watch_zoom_quota(NOON + DAY)
    assert ZOOM_MEETINGS._value.get() == 0


def test_the_dashboard_warns_as_well(client, person, settings, pending, ada, now):
    client.force_login(person("root", is_staff=True, is_superuser=True))
    settings.ZOOM_MEETINGS_PER_HOST = 5
    for _ in range(3):
        made_at(now, pending, ada, host="me")
    assert "Zoom meetings allowed per day" not in client.get("/admin/").content.decode()

    made_at(now, pending, ada, host="me")

    page = client.get("/admin/").content.decode()
    assert "4 of the 5 Zoom meetings allowed per day have been created" in page


def starts_at_once(ada, ben, now):
    """Ada and Ben claim eight sessions at the same moment; how many may be started."""
    sessions = [services.create(by=ada, participant_id=ben.pk, now=now) for _ in range(8)]

    def claim(session: OneOnOneSession) -> bool:
        try:
            starting.claim_start(session, by=ada, now=now)
        except APIError:
            return False
        finally:
            connection.close()
        return True

    return sum(at_once([partial(claim, session) for session in sessions]))


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_of_starts_at_once_no_more_pass_than_the_limit(friends, rates, now):
    rates(start_pair="3/day")

    assert starts_at_once(*friends, now) == 3


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_without_the_peoples_lock_more_pass(friends, rates, now, monkeypatch):
    monkeypatch.setattr(quota, "lock_people", lambda row: None)
    rates(start_pair="3/day")

    def excess():
        StartAttempt.objects.update(counts=False)
        return starts_at_once(*friends, now) > 3

    assert any(excess() for _ in range(20))
