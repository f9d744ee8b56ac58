"""The document's client and form, from registration to cancellation, and the interceptors that
renew the access token."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import pytest
from rest_framework_simplejwt.tokens import AccessToken

from tests.document.conftest import answered, refused
from tests.document.p2p.client import FORM_FIELDS, Browser, browser_offset, in_days
from tests.document.p2p.shapes import BOOKING_REQUEST, DETAIL, MINE, PAGE

ZONES = ["America/New_York", "Asia/Kolkata", "Europe/Berlin"]
NEXT_YEAR = datetime.now(UTC).year + 1
# Winter and summer, days on which clocks change, and times with seconds.
DATES = [
    f"{NEXT_YEAR}-{rest}"
    for rest in (
        "01-15T19:00:00Z",
        "03-14T02:30:00Z",
        "03-14T07:00:00Z",
        "03-28T01:30:00Z",
        "07-15T23:59:59Z",
        "10-31T00:30:45Z",
        "11-07T05:30:00Z",
    )
]


def expired(access: str) -> str:
    """Return the same access token, but expired an hour ago."""
    token = AccessToken(access)
    token.set_exp(from_time=datetime.now(UTC) - timedelta(hours=2), lifetime=timedelta(hours=1))
    return str(token)


@pytest.fixture(scope="module")
def mia(server):
    return Browser.of_a_newcomer(server, "mia", "Mia Maker")


@pytest.fixture
def stale(mia):
    """Mia's browser with an expired access token."""
    return mia.like(access=expired(mia.access))


def test_a_session_from_its_creation_to_its_cancellation(mia, bob, jane):
    session = mia.offer(date=f"{in_days(10)}T18:30")["id"]
    request = answered(bob.ask(session, message="Me, please"), 201, BOOKING_REQUEST)
    # `joinSession(id)` sends an empty object.
    assert answered(jane.ask(session), 201, BOOKING_REQUEST)["message"] == ""
    shown = mia.detail(session)["booking_requests"]
    assert request["id"] in [each["id"] for each in shown]

    assert mia.decide("approve", session, bob.id).ok
    assert mia.decide("reject", session, jane.id).ok

    detail = mia.detail(session)
    assert (detail["status"], detail["participant_count"]) == ("scheduled", 1)
    joined = answered(bob.call("GET", "/sessions/my_sessions/"), 200, MINE)["joined"]
    created = answered(mia.call("GET", "/sessions/my_sessions/"), 200, MINE)["created"]
    assert session in [each["id"] for each in joined]
    assert session in [each["id"] for each in created]
    assert mia.call("POST", f"/sessions/{session}/cancel/").ok
    titles = [each["title"].partition(":")[0] for each in bob.notifications(session)]
    assert titles == [
        "Session cancelled",
        "Booking request approved for Advanced Python Programming",
    ]


@pytest.mark.parametrize("zone", ZONES)
def test_a_date_typed_into_the_form_is_local_to_the_browser(mia, zone):
    mia = mia.like(zone=zone)
    local = datetime.fromisoformat(f"{in_days(20)}T18:30+00:00")
    utc = local + timedelta(minutes=browser_offset(zone, datetime.now(UTC)))

    made = mia.offer(date=f"{in_days(20)}T18:30")
    moved = mia.submit_form(mia.offer(), date=f"{in_days(20)}T18:30")

    assert made["date"] == moved["date"] == utc.strftime("%Y-%m-%dT%H:%M:%SZ")


@pytest.mark.parametrize("zone", ZONES)
def test_submitting_the_unchanged_form_changes_nothing(mia, zone):
    mia = mia.like(zone=zone)
    for date in DATES:
        before = mia.offer(date=date)

        assert mia.submit_form(before) == before
        assert mia.detail(before["id"]) == before


@pytest.mark.parametrize("zone", ZONES)
def test_the_form_changes_only_what_was_edited(mia, bob, zone):
    mia = mia.like(zone=zone)
    before = mia.offer(date=DATES[0])
    bob.ask(before["id"])
    mia.decide("approve", before["id"], bob.id)
    edits = {"title": "Edited", "level": "beginner", "duration": 45, "max_participants": 3}

    after = mia.submit_form(before, **edits)

    assert {name: after[name] for name in FORM_FIELDS} == {
        name: (before | edits)[name] for name in FORM_FIELDS
    }
    assert not [each for each in bob.notifications(before["id"]) if "resched" in each["title"]]


def test_the_form_can_edit_an_ongoing_session(mia):
    session = mia.offer()["id"]
    for action in ("approve", "start"):
        assert mia.call("POST", f"/sessions/{session}/{action}/").ok

    assert mia.submit_form(mia.detail(session), title="Edited")["title"] == "Edited"


def test_sending_back_a_whole_session_changes_nothing(mia, bob):
    session = mia.offer()["id"]
    bob.ask(session)
    mia.decide("approve", session, bob.id)
    before = mia.detail(session)

    assert answered(mia.update(session, **before), 200, DETAIL) == before


def test_an_expired_token_is_a_401_and_a_valid_one_is_not(mia, stale):
    refused(stale.send("GET", "/sessions/"), 401)
    assert mia.send("GET", "/sessions/").ok


def test_the_same_refresh_token_renews_the_access_token_twice_in_a_row(stale):
    expired_token = stale.access

    for times in (1, 2):
        stale.access = expired_token
        answered(stale.call("GET", "/sessions/"), 200, PAGE)
        assert (stale.refreshed, stale.access != expired_token) == (times, True)


def test_three_simultaneous_calls_with_an_expired_token_all_succeed(stale):
    paths = ["/sessions/my_sessions/", "/notifications/", "/sessions/"]
    # Each sends the expired token before another has renewed it, as while a page loads.
    tabs = [stale.like() for _ in paths]

    with ThreadPoolExecutor(len(paths)) as pool:
        answers = list(pool.map(lambda tab, path: tab.call("GET", path), tabs, paths))

    assert [answer.status_code for answer in answers] == [200] * 3
    assert [tab.refreshed for tab in tabs] == [1] * 3


def test_renewing_returns_the_same_refresh_token(server, stale):
    answer = server.call("POST", "/api/auth/token/refresh/", json={"refresh": stale.refresh})

    renewed = answered(answer, 200, {"access": str, "refresh": str})
    assert renewed["refresh"] == stale.refresh


def test_a_session_is_created_once_after_the_token_is_renewed(stale):
    made = stale.offer(title="Late")

    listed = answered(stale.call("GET", "/sessions/?subject=prog&page_size=100"), 200, PAGE)
    mine = [each["id"] for each in listed["results"] if each["title"] == "Late"]
    assert (mine, stale.refreshed) == ([made["id"]], 1)


@pytest.mark.parametrize("refresh", ["broken", "", None])
def test_without_a_valid_refresh_token_the_caller_gets_the_401(stale, refresh):
    stale.refresh = refresh

    refused(stale.call("GET", "/sessions/"), 401)
    assert stale.refreshed == 0


def test_a_refresh_token_is_invalid_after_sign_out(server):
    leaving = Browser.of_a_newcomer(server, "leaving")
    leaving.access = expired(leaving.access)
    server.call("POST", "/api/auth/logout/", json={"refresh": leaving.refresh})

    refused(leaving.call("GET", "/sessions/"), 401)
