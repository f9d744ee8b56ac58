"""The limits for creating meetings at Zoom: of a pair, of a new account, and of the whole site.
Zoom creates 100 meetings a day for a host."""

from __future__ import annotations

import logging
from datetime import UTC, datetime, timedelta
from functools import partial

import pytest
from django.db import connection

from core.errors import APIError
from core.observability.metrics import THROTTLED, ZOOM_MEETINGS, ZOOM_MEETINGS_MAX
from tests.support.envelope import refused
from tests.support.racing import at_once
from tests.support.zoom_behaviours import answers
from tests.zoom.conftest import befriend, sweep
from zoom import jobs, services
from zoom.models import OneOnOneSession, StartAttempt
from zoom.services import quota, starting

pytestmark = pytest.mark.django_db

DAY = timedelta(days=1)
NOON = datetime(2030, 1, 1, 12, tzinfo=UTC)


@pytest.fixture
def rates(settings):
    """`rates(start_pair="2/day")`: set this limit, and raise all others."""

    def limit(**scopes):
        high = dict.fromkeys(settings.THROTTLE_RATES, "9999/day")
        settings.THROTTLE_RATES = high | scopes

    return limit


@pytest.fixture
def start(api):
    """`start(ada, ben)`: Ada starts a new session with Ben."""

    def start_new(one, other):
        made = api(one).post("/v1/sessions/create/", {"participant_id": other.pk}).json()
        return api(one).post(f"/v1/sessions/{made['id']}/start/")

    return start_new


def attempt_at(moment, row, by, **columns):
    return StartAttempt.objects.create(session=row, by=by, created_at=moment, **columns)


def test_the_limit_of_a_pair_counts_the_starts_of_both(zoom, rates, start, friends, person, now):
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


def test_the_limit_of_a_pair_has_a_sliding_window(friends, pending, ada, rates):
    rates(start_pair="2/day")
    for hours in (30, 23, 1):
        attempt_at(NOON - timedelta(hours=hours), pending, ada)

    with pytest.raises(APIError) as refusal:
        starting.claim_start(pending, by=ada, now=NOON)

    assert refusal.value.headers == {"Retry-After": "3601"}
    starting.claim_start(pending, by=ada, now=NOON + timedelta(hours=1, seconds=1))


def test_a_new_account_has_one_limit_for_all_its_friends(zoom, rates, start, person, ada, now):
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


def test_a_start_does_not_count_if_zoom_created_no_meeting(zoom, rates, start, friends):
    ada, ben = friends
    rates(start_pair="1/day")
    zoom.behave("create", answers(429, {"code": 429}))
    refused(start(ada, ben), 503, "zoom_busy")
    zoom.calm()

    assert start(ada, ben).status_code == 200
    refused(start(ada, ben), 429, "pair_start_limit")


def test_a_start_with_an_unknown_outcome_counts_until_the_sweep(zoom, rates, start, friends, now):
    ada, ben = friends
    rates(start_pair="1/day")
    zoom.behave("create", answers(500))
    refused(start(ada, ben), 502, "zoom_failed")
    zoom.calm()
    refused(start(ada, ben), 429, "pair_start_limit")

    sweep(now)

    assert start(ada, ben).status_code == 200


def test_a_host_that_has_reached_its_daily_limit_is_used_last(settings, pending, ada):
    settings.ZOOM_HOST_USERS = ["one", "two"]
    settings.ZOOM_MEETINGS_PER_HOST = 2
    for host, counts in (("one", True), ("one", True), *[("two", False)] * 3):
        attempt_at(NOON, pending, ada, host=host, counts=counts)

    assert starting.least_busy_host(NOON) == "two"
    assert starting.least_busy_host(NOON + DAY) == "one"


def test_the_log_warns_when_zooms_daily_limit_is_nearly_reached(settings, pending, ada, caplog):
    settings.ZOOM_HOST_USERS = ["one", "two"]
    settings.ZOOM_MEETINGS_PER_HOST = 10
    midnight = NOON.replace(hour=0)
    attempt_at(midnight - timedelta(seconds=1), pending, ada, host="one")
    warnings = []
    with caplog.at_level(logging.WARNING):
        for number in range(20):
            attempt_at(midnight, pending, ada, host=("one", "two")[number % 2])
            jobs.watch_zoom_quota(NOON)
            warnings.append(len(caplog.messages))
    jobs.watch_zoom_quota(NOON)

    assert [warnings[number] for number in (14, 15, 17, 18, 19)] == [0, 1, 1, 2, 2]
    assert caplog.messages[0].startswith("16 of the 20 Zoom meetings allowed per day")
    assert (ZOOM_MEETINGS._value.get(), ZOOM_MEETINGS_MAX._value.get()) == (20, 20)
    jobs.watch_zoom_quota(NOON + DAY)
    assert ZOOM_MEETINGS._value.get() == 0


def test_the_dashboard_warns_too(client, person, settings, pending, ada, now):
    client.force_login(person("root", is_staff=True, is_superuser=True))
    settings.ZOOM_MEETINGS_PER_HOST = 5
    for _ in range(3):
        attempt_at(now, pending, ada, host="me")
    assert "Zoom meetings allowed per day" not in client.get("/admin/").content.decode()

    attempt_at(now, pending, ada, host="me")

    page = client.get("/admin/").content.decode()
    assert "4 of the 5 Zoom meetings allowed per day have been created" in page


def simultaneous_starts(ada, ben, now):
    """Claim the starts of eight sessions at the same moment, and return the number of successes."""
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
def test_simultaneous_starts_do_not_exceed_the_limit(friends, rates, now):
    rates(start_pair="3/day")

    assert simultaneous_starts(*friends, now) == 3


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_without_the_lock_on_people_the_limit_is_exceeded(friends, rates, now, monkeypatch):
    monkeypatch.setattr(quota, "lock_people", lambda row: None)
    rates(start_pair="3/day")

    def exceeds_limit():
        StartAttempt.objects.update(counts=False)
        return simultaneous_starts(*friends, now) > 3

    assert any(exceeds_limit() for _ in range(20))
