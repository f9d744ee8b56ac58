"""Reads dates as clients send them (contract C5), and formats them for people.

Functions that read dates raise `ValueError` with a sentence for the person who typed it.
"""

from datetime import UTC, date, datetime, time, timedelta, timezone
from functools import cache
from zoneinfo import ZoneInfo, available_timezones

from django.utils.dateparse import parse_date, parse_datetime

MAX_OFFSET = 14 * 60
NOT_A_MOMENT = "Use a date and time in ISO 8601, for example 2030-01-20T16:00:00Z."
NOT_A_DAY = "Use a date or a date and time in ISO 8601, for example 2030-01-20 or \
2030-01-20T16:00:00Z (a '+' in an address must be percent-encoded)."


def read_moment(text: object) -> datetime:
    """Return a date with a time, in whole seconds; naive if the text has no offset."""
    if not isinstance(text, str):
        raise ValueError(NOT_A_MOMENT)
    text = text.strip().upper()
    # Checked first: Python ignores a NUL, and Django accepts digits of other scripts.
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
    """Whether the text is printable ASCII."""
    return text.isascii() and text.isprintable()


def to_utc(moment: datetime, *, offset: int | None = None, zone: str | None = None) -> datetime:
    """Return the moment in UTC.

    Args:
        moment: if it has an offset, `offset` and `zone` are ignored.
        offset: minutes from local time to UTC, already checked; the sign is that of JavaScript's
            `getTimezoneOffset()`.
        zone: an IANA name; if given, `offset` is ignored.
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
    # These two are system files, not time zones of places.
    return frozenset(available_timezones() - {"Factory", "localtime"})


def check_zone(name: str) -> None:
    if name not in zone_names():
        raise ValueError("Use the IANA name of a time zone, for example Europe/Berlin.")


def in_zone(moment: datetime, zone: str) -> datetime:
    """Return a local time in that zone; if a clock change makes it occur twice, the first."""
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
    """Return a text such as "29 March 2026 at 10:00 CEST (Europe/Berlin)". The zone's abbreviation
    tells apart the two times of a repeated hour in autumn."""
    place = "" if zone == "UTC" else f" ({zone})"
    return f"{moment.astimezone(ZoneInfo(zone)):%d %B %Y at %H:%M %Z}{place}"


def same_minute(naive: datetime, stored: datetime) -> bool:
    """Whether it equals the stored UTC date to the minute, as a form sends it without its
    offset."""
    minute = stored.astimezone(UTC).replace(second=0, microsecond=0, tzinfo=None)
    return naive.replace(second=0, microsecond=0) == minute


def read_bound(text: str, *, end_of_day: bool = False) -> datetime:
    """Return the bound of a filter: a date-time, or the first or last moment of a day."""
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
