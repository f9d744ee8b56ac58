"""The sections of the dashboard: figures, compared with the preceding period, and charts."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import NotRequired, TypedDict

from accounts.models import Role, User
from operations.dashboard import figures
from operations.dashboard.charts import Chart, draw
from operations.dashboard.figures import CALLED_OFF, LIVE, Series, SessionFigures, total
from operations.dashboard.links import link_to_days
from operations.dashboard.periods import Period
from sessions_app.models import BookingRequest, Session
from sessions_app.states import Status
from zoom.models import OneOnOneSession
from zoom.services import quota_of_day


class Tile(TypedDict):
    """One figure, its value before, and a link to the list of its rows ("" if there is none)."""

    label: str
    value: str
    before: str
    link: str


class StatusRow(TypedDict):
    """The number of sessions with a status: dated in the period, dated in the one before, and of
    all that exist now ("" for a final status)."""

    label: str
    number: str
    before: str
    live: str
    link: str


class Section(TypedDict):
    title: str
    tiles: list[Tile]
    charts: list[Chart]
    statuses: list[StatusRow]
    warning: NotRequired[str]


def tile(label: str, series: Series, period: Period, link: str) -> Tile:
    """Return a tile with the total of a series."""
    now, before = total(series, period), total(series, period.before)
    return {"label": label, "value": f"{now:,}", "before": compare(now, before), "link": link}


def compare(now: int, before: int) -> str:
    """Return "+12%, 1,204 before"; without a percentage if nothing changed or `before` is 0."""
    percent = round(100 * (now - before) / before) if before else 0
    change = f"{percent:+}%, " if percent else ""
    return f"{change}{before:,} before"


def share(part: int, whole: int) -> str:
    return f"{part / whole:.0%}" if whole else "none"


def total_of(several: dict[str, Series]) -> Series:
    """Return the sum of the series."""
    together: Series = {}
    for series in several.values():
        for day, number in series.items():
            together[day] = together.get(day, 0) + number
    return together


def on_sessions(period: Period) -> Section:
    found = figures.of_sessions(period)
    held = total_of({k: v for k, v in found["by_status"].items() if k not in CALLED_OFF})
    called_off = total_of({k: v for k, v in found["by_status"].items() if k in CALLED_OFF})
    dated = link_to_days(Session, "date", period, status__in=one_of(set(Status) - CALLED_OFF))
    created = link_to_days(Session, "created_at", period)
    off = link_to_days(Session, "date", period, status__in=one_of(CALLED_OFF))
    return {
        "title": "Sessions",
        "tiles": [
            tile("Taking place", held, period, dated),
            places_tile(found["sold"], found["offered"], period),
            tile("Cancelled or expired", called_off, period, off),
            tile("Created", found["created"], period, created),
        ],
        "charts": [
            draw(
                "Sessions by their date",
                {"Taking place": held, "Cancelled or expired": called_off},
                period,
            ),
            draw("Sessions created", {"Created": found["created"]}, period),
        ],
        "statuses": [status_row(status, found, period) for status in Status],
    }


def one_of(statuses: Iterable[str]) -> str:
    """Return the values as a query string has them: separated by commas."""
    return ",".join(sorted(statuses))


def places_tile(sold: Series, offered: Series, period: Period) -> Tile:
    taken, places = total(sold, period), total(offered, period)
    before = share(total(sold, period.before), total(offered, period.before))
    return {
        "label": "Places taken",
        "value": share(taken, places),
        "before": f"{taken:,} of {places:,}, {before} before",
        "link": "",
    }


def status_row(status: Status, found: SessionFigures, period: Period) -> StatusRow:
    series = found["by_status"].get(status, {})
    live = found["live"].get(status, 0)
    return {
        "label": str(status.label),
        "number": f"{total(series, period):,}",
        "before": f"{total(series, period.before):,}",
        "live": f"{live:,}" if status in LIVE else "",
        "link": link_to_days(Session, "date", period, status__exact=status.value),
    }


def on_bookings(period: Period) -> Section:
    found = figures.of_bookings(period)
    decisions = {
        "Approved": found["approved"],
        "Refused": found["rejected"],
        "Withdrawn": found["withdrawn"],
    }
    values = ("approved", "rejected", "withdrawn")
    asked = link_to_days(BookingRequest, "requested_at", period)
    decided = [
        link_to_days(BookingRequest, "decided_at", period, status__exact=value) for value in values
    ]
    return {
        "title": "Bookings",
        "tiles": [
            tile("Requested", found["asked"], period, asked),
            *(
                tile(label, series, period, link)
                for (label, series), link in zip(decisions.items(), decided, strict=True)
            ),
        ],
        "charts": [
            draw("Bookings requested", {"Requested": found["asked"]}, period),
            draw("Bookings decided", decisions, period),
        ],
        "statuses": [],
    }


def on_people(period: Period) -> Section:
    found = figures.of_people(period)
    by_role = {f"{role.label}s": found.get(role, {}) for role in Role}
    links = [link_to_days(User, "date_joined", period, role__exact=role.value) for role in Role]
    everybody = link_to_days(User, "date_joined", period)
    return {
        "title": "New people",
        "tiles": [
            tile("New people", total_of(by_role), period, everybody),
            *(
                tile(label, series, period, link)
                for (label, series), link in zip(by_role.items(), links, strict=True)
            ),
        ],
        "charts": [draw("New people", by_role, period)],
        "statuses": [],
    }


def on_one_on_ones(period: Period, now: datetime) -> Section:
    found, quota = figures.of_one_on_ones(period, now), quota_of_day(now)
    ended = [
        link_to_days(OneOnOneSession, "ended_at", period, status__exact=status)
        for status in ("completed", "cancelled")
    ]
    starts = {"Started": found["started"], "Failed starts": found["failed"]}
    return {
        "title": "1-on-1 sessions",
        "tiles": [
            tile(
                "Started",
                found["started"],
                period,
                link_to_days(OneOnOneSession, "started_at", period),
            ),
            tile("Completed", found["completed"], period, ended[0]),
            tile("Cancelled", found["cancelled"], period, ended[1]),
            tile("Failed starts", found["failed"], period, ""),
            {
                "label": "Zoom meetings today",
                "value": f"{quota.used:,}",
                "before": f"of {quota.most:,} until 00:00 UTC",
                "link": "",
            },
        ],
        "charts": [draw("Starts of 1-on-1 sessions", starts, period)],
        "statuses": [],
        "warning": quota.sentence if quota.warning else "",
    }
