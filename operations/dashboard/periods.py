"""The dashboard's periods: whole days in the time zone of the staff member."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from django.utils.dateparse import parse_date

from core.dates import is_plain

LENGTHS = (7, 30, 90, 365)
DEFAULT_LENGTH = 30
MAX_PERIOD = 731
# Far enough from the limits of `date`, even for the preceding period.
EARLIEST, LATEST = date(2000, 1, 1), date(2099, 12, 31)
DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Period:
    """Whole days in a time zone.

    Attributes:
        first: the first day.
        last: the last day, inclusive.
    """

    first: date
    last: date
    zone: ZoneInfo

    @property
    def length(self) -> int:
        """In days."""
        return (self.last - self.first).days + 1

    @property
    def start(self) -> datetime:
        return datetime.combine(self.first, time.min, self.zone)

    @property
    def end(self) -> datetime:
        """The first moment after the period."""
        return datetime.combine(self.last + DAY, time.min, self.zone)

    @property
    def before(self) -> Period:
        """The preceding period of the same length."""
        return Period(self.first - self.length * DAY, self.first - DAY, self.zone)

    @property
    def days(self) -> list[date]:
        return [self.first + number * DAY for number in range(self.length)]


def latest(length: int, *, zone: ZoneInfo, now: datetime) -> Period:
    """Return a period of `length` days that ends today."""
    today = now.astimezone(zone).date()
    return Period(today - (length - 1) * DAY, today, zone)


def chosen(query: Mapping[str, str], *, zone: ZoneInfo, now: datetime) -> Period:
    """Return the period of a query string: `days`, or `from` and `to`, or the default.

    Raises:
        ValueError: with a sentence for the user.
    """
    if query.get("from") or query.get("to"):
        return between(read_day(query, "from"), read_day(query, "to"), zone)
    days = query.get("days") or str(DEFAULT_LENGTH)
    if days not in map(str, LENGTHS):
        raise ValueError(f"Choose {', '.join(map(str, LENGTHS))} days, or a first and a last day.")
    return latest(int(days), zone=zone, now=now)


def read_day(query: Mapping[str, str], name: str) -> date:
    text = query.get(name, "")
    try:
        day = parse_date(text) if is_plain(text) and len(text) == len("2030-01-20") else None
    except ValueError:
        day = None
    if day is None:
        raise ValueError("Choose both a first and a last day, like 2030-01-20.")
    return day


def between(first: date, last: date, zone: ZoneInfo) -> Period:
    if first > last:
        raise ValueError("The first day can't be after the last.")
    if first < EARLIEST or last > LATEST:
        raise ValueError(f"Choose days from {EARLIEST} to {LATEST}.")
    period = Period(first, last, zone)
    if period.length > MAX_PERIOD:
        raise ValueError(f"Choose at most {MAX_PERIOD} days.")
    return period
