"""Dates that clients send, in bodies and in filters (contract C5, C7). Time is frozen at the start
of 2030."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
import time_machine

from core import dates
from tests.support.envelope import refused

pytestmark = pytest.mark.django_db

DATE = "2030-07-15T18:30"
LIST = "/api/sessions/"


@pytest.fixture(autouse=True)
def _at_the_start_of_2030():
    with time_machine.travel("2030-01-01T00:00:00Z", tick=False):
        yield


@pytest.fixture
def publish(api, instructor):
    """`publish(date, timezone_offset=…)`: the answer to publishing an instant session."""

    def post(date, **others):
        body = {"title": "t", "description": "d", "max_participants": 3, "date": date}
        return api(instructor).post(LIST, body | {"booking_mode": "instant"} | others)

    return post


@pytest.mark.parametrize(
    ("date", "others", "utc"),
    [
        (DATE, {}, "2030-07-15T18:30:00Z"),
        ("2030-07-15T18:30:45", {}, "2030-07-15T18:30:45Z"),
        ("2030-07-15 18:30", {}, "2030-07-15T18:30:00Z"),
        ("  2030-07-15T18:30  ", {}, "2030-07-15T18:30:00Z"),
        ("2030-07-15T18:30:00Z", {}, "2030-07-15T18:30:00Z"),
        ("2030-07-15T18:30:00.000Z", {}, "2030-07-15T18:30:00Z"),
        ("2030-07-15T18:30:59.999Z", {}, "2030-07-15T18:30:59Z"),
        ("2030-07-15T18:30:59.999999", {}, "2030-07-15T18:30:59Z"),
        ("2030-07-15T18:30:00-05:00", {}, "2030-07-15T23:30:00Z"),
        ("2030-07-15T18:30:00+0530", {}, "2030-07-15T13:00:00Z"),
        ("2030-12-31T23:30:00-14:00", {}, "2031-01-01T13:30:00Z"),
        # The sign of JavaScript's getTimezoneOffset(): minutes from local time to UTC.
        (DATE, {"timezone_offset": 300}, "2030-07-15T23:30:00Z"),
        (DATE, {"timezone_offset": -330}, "2030-07-15T13:00:00Z"),
        (DATE, {"timezone_offset": 0}, "2030-07-15T18:30:00Z"),
        (DATE, {"timezone_offset": 840}, "2030-07-16T08:30:00Z"),
        (DATE, {"timezone_offset": -840}, "2030-07-15T04:30:00Z"),
        # A date's own offset takes precedence, as in the document's example.
        ("2030-07-15T18:30:00-05:00", {"timezone_offset": -300}, "2030-07-15T23:30:00Z"),
        ("2030-07-15T18:30:00Z", {"timezone_offset": 99999}, "2030-07-15T18:30:00Z"),
        ("2030-07-15T18:30:00Z", {"timezone_offset": "x"}, "2030-07-15T18:30:00Z"),
        ("2030-07-15T18:30:00Z", {"timezone": "Asia/Kolkata"}, "2030-07-15T18:30:00Z"),
        # The name of a zone takes precedence over the offset.
        (DATE, {"timezone": "Asia/Kolkata"}, "2030-07-15T13:00:00Z"),
        (DATE, {"timezone": "Asia/Kolkata", "timezone_offset": 300}, "2030-07-15T13:00:00Z"),
        (DATE, {"timezone": "Europe/Berlin"}, "2030-07-15T16:30:00Z"),
        ("2030-01-15T18:30", {"timezone": "Europe/Berlin"}, "2030-01-15T17:30:00Z"),
        (DATE, {"timezone": "UTC"}, "2030-07-15T18:30:00Z"),
        # The last minute before the clocks go forward, and the first one after.
        ("2030-03-31T01:59", {"timezone": "Europe/Berlin"}, "2030-03-31T00:59:00Z"),
        ("2030-03-31T03:00", {"timezone": "Europe/Berlin"}, "2030-03-31T01:00:00Z"),
        # When the clocks go back, the first of the two possible moments.
        ("2030-10-27T02:30", {"timezone": "Europe/Berlin"}, "2030-10-27T00:30:00Z"),
        ("2030-11-03T01:30", {"timezone": "America/New_York"}, "2030-11-03T05:30:00Z"),
        # The last day allowed.
        ("2039-12-31T23:59:59Z", {}, "2039-12-31T23:59:59Z"),
    ],
)
def test_a_date_is_parsed_and_returned_in_utc(publish, date, others, utc):
    answer = publish(date, **others)
    assert (answer.status_code, answer.json().get("date")) == (201, utc)


@pytest.mark.parametrize(
    ("date", "others", "field"),
    [
        ("2030-03-31T02:30", {"timezone": "Europe/Berlin"}, "date"),
        ("2030-03-31T02:00", {"timezone": "Europe/Berlin"}, "date"),
        ("2030-03-10T02:30", {"timezone": "America/New_York"}, "date"),
        (DATE, {"timezone": "Mars/Olympus"}, "timezone"),
        (DATE, {"timezone": "../../etc/passwd"}, "timezone"),
        (DATE, {"timezone": "europe/berlin"}, "timezone"),
        (DATE, {"timezone": ""}, "timezone"),
        (DATE, {"timezone": 7}, "timezone"),
        (DATE, {"timezone_offset": 841}, "timezone_offset"),
        (DATE, {"timezone_offset": -841}, "timezone_offset"),
        (DATE, {"timezone_offset": 2**63 - 1}, "timezone_offset"),
        (DATE, {"timezone_offset": 0.5}, "timezone_offset"),
        (DATE, {"timezone_offset": True}, "timezone_offset"),
        (DATE, {"timezone_offset": "300"}, "timezone_offset"),
        (DATE, {"timezone_offset": ""}, "timezone_offset"),
        (DATE, {"timezone_offset": [300]}, "timezone_offset"),
        ("2029-12-31T23:59:59Z", {}, "date"),
        ("2030-01-01T00:00:00Z", {}, "date"),
        ("2040-01-02T00:00:01Z", {}, "date"),
        ("0001-01-01T00:00:00+14:00", {}, "date"),
        ("0001-01-01T00:00", {"timezone_offset": -840}, "date"),
        ("0001-01-01T00:00", {"timezone": "Asia/Kolkata"}, "date"),
        ("9999-12-31T23:59:59-14:00", {}, "date"),
        ("9999-12-31T23:59", {"timezone_offset": 840}, "date"),
        ("9999-12-31T23:59", {"timezone": "America/New_York"}, "date"),
        ("+010000-01-01T00:00:00.000Z", {}, "date"),
        ("-000001-01-01T00:00:00.000Z", {}, "date"),
        ("2030-02-30T10:00", {}, "date"),
        ("2030-07-15T25:00", {}, "date"),
        ("2030-07-15T18:30:60Z", {}, "date"),
        ("2030-07-15T18:30+24:00", {}, "date"),
        ("2030-07-15T18:30+99:99", {}, "date"),
        ("2030-07-15", {}, "date"),
        ("2030-07-15T", {}, "date"),
        ("18:30", {}, "date"),
        ("٢٠٣٠-٠٧-١٥T١٨:٣٠", {}, "date"),
        ("2030-07-15T18:30\u200f", {}, "date"),
        ("2030-07-15T18:30\0", {}, "date"),
        ("15.07.2030 18:30", {}, "date"),
        ("tomorrow at 5", {}, "date"),
        ("Invalid Date", {}, "date"),
        ("9" * 5000, {}, "date"),
        ("", {}, "date"),
        (None, {}, "date"),
        (1910000000, {}, "date"),
        (True, {}, "date"),
        ([DATE], {}, "date"),
    ],
    ids=lambda value: ascii(value)[:40],
)
def test_an_invalid_date_is_a_400_that_names_its_field(publish, date, others, field):
    assert field in refused(publish(date, **others), 400, "validation_error")["fields"]


@pytest.fixture
def stored(publish):
    """The path of a session whose date has seconds."""
    return f"{LIST}{publish('2030-07-15T18:30:45Z').json()['id']}/"


@pytest.mark.parametrize("method", ["put", "patch"])
@pytest.mark.parametrize(
    "change",
    [
        {"date": "2030-07-15T18:30"},
        {"date": "2030-07-15T18:30:00"},
        {"date": "2030-07-15T18:30", "timezone_offset": 300},
        {"date": "2030-07-15T18:30", "timezone": "Asia/Kolkata"},
        {"date": "2030-07-15T18:30:45Z"},
        {"date": "2030-07-15T20:30:45+02:00"},
    ],
)
def test_sending_the_stored_date_back_changes_nothing(api, instructor, stored, method, change):
    answer = getattr(api(instructor), method)(stored, {"title": "new", **change})

    assert answer.status_code == 200
    assert (answer.json()["title"], answer.json()["date"]) == ("new", "2030-07-15T18:30:45Z")


@pytest.mark.parametrize(
    ("change", "utc"),
    [
        ({"date": "2030-07-15T18:31", "timezone_offset": 300}, "2030-07-15T23:31:00Z"),
        ({"date": "2030-07-15T18:30:00Z"}, "2030-07-15T18:30:00Z"),
        ({"date": "2030-07-15T18:30:45+05:30"}, "2030-07-15T13:00:45Z"),
    ],
)
def test_a_different_date_is_a_change(api, instructor, stored, change, utc):
    assert api(instructor).patch(stored, change).json()["date"] == utc


def test_a_date_in_the_past_can_stay_but_cannot_be_set(api, instructor, publish, stored):
    with time_machine.travel("2030-07-15T18:31:00Z", tick=False):
        client = api(instructor)
        assert client.put(stored, {"date": "2030-07-15T18:30", "title": "x"}).status_code == 200
        refused(client.put(stored, {"date": "2030-07-15T18:29"}), 400, "validation_error")


@pytest.mark.parametrize(
    ("query", "titles"),
    [
        ("date_from=2030-07-15", "noon night next"),
        ("date_from=2030-07-15T12:00:00Z", "noon night next"),
        ("date_from=2030-07-15T12:00:01Z", "night next"),
        ("date_from=2030-07-15T14:00:00%2B02:00", "noon night next"),
        ("date_from=2030-07-15T12:00", "noon night next"),
        ("date_to=2030-07-15", "night noon early"),
        ("date_to=2030-07-15T23:59:58Z", "noon early"),
        ("date_to=2030-07-14", "early"),
        ("date_from=2030-07-15&date_to=2030-07-15", "noon night"),
        ("date_from=2030-07-16&date_to=2030-07-15", ""),
        ("date_from=0001-01-01&date_to=9999-12-31", "early noon night next"),
        ("date_from=0001-01-01T00:00:00Z", "early noon night next"),
        ("date_from=&date_to=", "next night noon early"),
        ("date_from=%20&date_to=%20", "next night noon early"),
    ],
)
def test_the_list_is_filtered_by_date(api, instructor, publish, query, titles):
    for title, date in {
        "early": "2030-07-14T00:00:00Z",
        "noon": "2030-07-15T12:00:00Z",
        "night": "2030-07-15T23:59:59Z",
        "next": "2030-07-16T00:00:00Z",
    }.items():
        publish(date, title=title)

    results = api(instructor).get(f"{LIST}?{query}").json()["results"]
    assert [each["title"] for each in results] == titles.split()


@pytest.mark.parametrize("name", ["date_from", "date_to"])
@pytest.mark.parametrize(
    "value",
    [
        "yesterday",
        "2030-02-30",
        "2030-7-1",
        "20300715",
        "2030-07-15T14:00:00+02:00",  # an unescaped "+" is a space
        "0001-01-01T00:00:00%2B14:00",
        "9999-12-31T23:59:59-14:00",
        "٢٠٣٠-٠٧-١٥",
        "2030-07-15%00",
        "9" * 5000,
    ],
    ids=lambda value: ascii(value[:30]),
)
def test_an_invalid_bound_is_a_400(api, student, name, value):
    answer = api(student).get(f"{LIST}?{name}={value}")
    assert name in refused(answer, 400, "validation_error")["fields"]


def test_fractions_of_a_second_do_not_change_the_minute():
    stored = datetime(2030, 7, 15, 18, 30, 45, 999_999, tzinfo=UTC)
    assert dates.same_minute(datetime(2030, 7, 15, 18, 30), stored)  # noqa: DTZ001  # naive
    assert not dates.same_minute(datetime(2030, 7, 15, 18, 31), stored)  # noqa: DTZ001
