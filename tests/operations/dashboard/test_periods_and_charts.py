"""The days that are shown, and how they are drawn."""

from __future__ import annotations

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest

from operations.dashboard.charts import draw
from operations.dashboard.periods import Period, chosen
from tests.operations.dashboard.conftest import DAY


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


def test_a_chart_has_a_bar_for_each_day_and_its_numbers_as_text():
    period = Period(date(2026, 1, 1), date(2026, 1, 3), ZoneInfo("UTC"))
    series = {
        "Asked": {date(2026, 1, 1): 3, date(2025, 12, 31): 9},
        "Refused": {date(2026, 1, 1): 1},
    }

    chart = draw("Bookings", series, period)

    assert (chart["top"], chart["is_weekly"]) == ("5", False)
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
