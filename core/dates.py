"""Reading dates as clients send them (contract C5), and writing them for people. All answers are
aware, in UTC, in whole seconds; every function that reads raises `ValueError` with a sentence for
the person who typed the date."""

from datetime import UTC, date, datetime, time, timedelta, timezone
from functools import cache
from zoneinfo import ZoneInfo, available_timezones

from django.utils.dateparse import parse_date, parse_datetime

MAX_OFFSET = 14 * 60
NOT_A_MOMENT = "Use a date and time in ISO 8601, for example 2030-01-20T16:00:00Z."
NOT_A_DAY = "Use a date or a date and time in ISO 8601, for example 2030-01-20 or \
2030-01-20T16:00:00Z (a '+' in an address must be percent-encoded)."


def read_moment(text: object) -> datetime:
    """A date with a time, naive if it came without an offset."""
    if not isinstance(text, str):
        raise ValueError(NOT_A_MOMENT)
    text = text.strip().upper()
    # Checked first: Python reads past a NUL, and Django other scripts' digits.
    if not is_plain(text) or not ("T" in text or " " in text):
        raise ValueError(NOT_A_MOMENT)
    try:
        moment = parse_datetime(text)
    except ValueError:
        moment = None
    if moment is None:
        raise ValueError(NOT_A_MOMENT)
    return moment.replace(microsecond=0)


def is_plain(text: str) -> bool:
    """Is it printable ASCII?"""
    return text.isascii() and text.isprintable()


def to_utc(moment: datetime, *, offset: int | None = None, zone: str | None = None) -> datetime:
    """The moment in UTC.

    Args:
        moment: with an offset it means what it says, and nothing else is looked at.
        offset: minutes from local time to UTC, checked; the sign is that of JavaScript's
            `getTimezoneOffset()`.
        zone: an IANA name; wins over the offset.
    """
    if moment.tzinfo is None:
        moment = in_zone(moment, zone) if zone else moment.replace(tzinfo=at_offset(offset))
    try:
        return moment.astimezone(UTC)
    except OverflowError:
        raise ValueError(NOT_A_MOMENT) from None


def at_offset(offset: int | None) -> timezone:
    if offset is None:
        return UTC
    return timezone(timedelta(minutes=-offset))


def check_offset(offset: object) -> None:
    whole = isinstance(offset, int) and not isinstance(offset, bool)
    if not whole or not -MAX_OFFSET <= offset <= MAX_OFFSET:  # type: ignore[operator]
        raise ValueError(f"The offset is in minutes, from -{MAX_OFFSET} to {MAX_OFFSET}.")


@cache
def zone_names() -> frozenset[str]:
    # Two of them are files of the system, not places.
    return frozenset(available_timezones() - {"Factory", "localtime"})


def check_zone(name: str) -> None:
    if name not in zone_names():
        raise ValueError("Use the IANA name of a time zone, for example Europe/Berlin.")


def in_zone(moment: datetime, zone: str) -> datetime:
    """A local time in that zone; the first of the two when the clock is set back."""
    check_zone(zone)
    local = moment.replace(tzinfo=ZoneInfo(zone))
    try:
        exists = local.astimezone(UTC).astimezone(local.tzinfo).replace(tzinfo=None) == moment
    except OverflowError:
        raise ValueError(NOT_A_MOMENT) from None
    if not exists:
        raise ValueError("That local time doesn't exist: the clock is set forward then.")
    return local


def in_words(moment: datetime, zone: str) -> str:
    """For people to read: "29 March 2026 at 10:00 CEST (Europe/Berlin)". The hour that an autumn
    night has twice is told apart by the zone's short name."""
    place = "" if zone == "UTC" else f" ({zone})"
    return f"{moment.astimezone(ZoneInfo(zone)):%d %B %Y at %H:%M %Z}{place}"


def same_minute(naive: datetime, stored: datetime) -> bool:
    """Is it the stored UTC date, as the documented form sends it back without its offset?"""
    minute = stored.astimezone(UTC).replace(second=0, microsecond=0, tzinfo=None)
    return naive.replace(second=0, microsecond=0) == minute


def read_bound(text: str, *, end_of_day: bool = False) -> datetime:
    """A filter's bound: a date-time, or a date, which is its first or its last moment."""
    try:
        bare = is_plain(text) and len(text) == len("2030-01-20")
        day = parse_date(text) if bare else None
        if day is not None:
            return day_bound(day, end_of_day=end_of_day)
        return to_utc(read_moment(text))
    except ValueError:
        raise ValueError(NOT_A_DAY) from None


def day_bound(day: date, *, end_of_day: bool) -> datetime:
    return datetime.combine(day, time.max if end_of_day else time.min, tzinfo=UTC)
