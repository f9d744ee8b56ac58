"""The dashboard's numbers by day, for a period and the one before it. Each function runs a fixed
number of queries, which read only the rows of those days."""

from __future__ import annotations

from collections import defaultdict
from datetime import date, datetime
from typing import Any, TypedDict

from django.db.models import Count, DateField, QuerySet, Sum, Value
from django.db.models.functions import TruncDate

from accounts.models import User
from operations.dashboard.periods import Period
from sessions_app.models import BookingRequest, Session
from sessions_app.states import OPEN, RequestStatus
from sessions_app.states import Status as SessionStatus
from zoom.models import OneOnOneSession, StartAttempt
from zoom.states import Status

# The number for each day. Days with 0 may be missing. The total of the preceding period is stored
# under its first day.
Series = dict[date, int]

CALLED_OFF = {SessionStatus.CANCELLED, SessionStatus.EXPIRED}
LIVE = {*OPEN, SessionStatus.ONGOING}
# Counts rows, not a column, so that an index-only scan is possible.
NUMBER = Count("*")


class SessionFigures(TypedDict):
    """Group sessions.

    `by_status` counts sessions by the day of their date. `sold` and `offered` count the places of
    sessions that were neither cancelled nor expired. `live` counts, by status, all sessions that
    aren't over now.
    """

    live: dict[str, int]
    created: Series
    by_status: dict[str, Series]
    sold: Series
    offered: Series


class BookingFigures(TypedDict):
    """Booking requests by the day on which they were made, or on which they were decided."""

    asked: Series
    approved: Series
    rejected: Series
    withdrawn: Series


class OneOnOneFigures(TypedDict):
    """1-on-1 sessions. `failed` counts starts without a meeting, mostly because of Zoom."""

    started: Series
    completed: Series
    cancelled: Series
    failed: Series


def of_sessions(period: Period) -> SessionFigures:
    live = Session.objects.filter(status__in=LIVE).order_by().values_list("status")
    figures: SessionFigures = {
        "live": dict(live.annotate(number=NUMBER)),
        "created": number_by_day(Session.objects.all(), "created_at", period),
        "by_status": defaultdict(Series),
        "sold": Series(),
        "offered": Series(),
    }
    places = {"sold": Sum("participant_count"), "offered": Sum("max_participants")}
    dated = by_day(Session.objects.all(), "date", period, "status", **places)
    for day, status, number, sold, offered in dated:
        figures["by_status"][status][day] = number
        if status not in CALLED_OFF:
            figures["sold"][day] = figures["sold"].get(day, 0) + sold
            figures["offered"][day] = figures["offered"].get(day, 0) + offered
    return figures


def of_bookings(period: Period) -> BookingFigures:
    decided = number_by_kind(BookingRequest.objects.all(), "decided_at", period, "status")
    return {
        "asked": number_by_day(BookingRequest.objects.all(), "requested_at", period),
        "approved": decided[RequestStatus.APPROVED],
        "rejected": decided[RequestStatus.REJECTED],
        "withdrawn": decided[RequestStatus.WITHDRAWN],
    }


def of_people(period: Period) -> dict[str, Series]:
    """Return the new users by role."""
    return number_by_kind(User.objects.all(), "date_joined", period, "role")


def of_one_on_ones(period: Period, now: datetime) -> OneOnOneFigures:
    # Filtered by status, since the index of starts begins with it. Pending ones weren't started.
    started = OneOnOneSession.objects.filter(status__in=set(Status) - {Status.PENDING})
    ended = number_by_kind(OneOnOneSession.objects.all(), "ended_at", period, "status")
    return {
        "started": number_by_day(started, "started_at", period),
        "completed": ended[Status.COMPLETED],
        "cancelled": ended[Status.CANCELLED],
        "failed": number_by_day(StartAttempt.objects.failed(now), "created_at", period),
    }


def by_day(
    rows: QuerySet[Any], column: str, period: Period, *kinds: str, **sums: Sum
) -> QuerySet[Any, Any]:
    """Return tuples of a day, the columns `kinds`, the number of rows and `sums`.

    The preceding period is counted as one day, its first. That halves the work: the day of each of
    its rows needn't be computed.
    """

    def counted(part: Period, day: Any) -> QuerySet[Any, Any]:
        within = {f"{column}__gte": part.start, f"{column}__lt": part.end}
        dated = rows.filter(**within).order_by().annotate(day=day).values_list("day", *kinds)
        numbers: QuerySet[Any, Any] = dated.annotate(number=NUMBER, **sums)
        return numbers

    its_days = TruncDate(column, tzinfo=period.zone)
    one_day = Value(period.before.first, output_field=DateField())
    both: QuerySet[Any, Any] = counted(period, its_days).union(
        counted(period.before, one_day), all=True
    )
    return both


def number_by_day(rows: QuerySet[Any], column: str, period: Period) -> Series:
    return dict(by_day(rows, column, period))


def number_by_kind(
    rows: QuerySet[Any], column: str, period: Period, kind: str
) -> dict[str, Series]:
    """Return a series for each value of the column `kind`."""
    found: dict[str, Series] = defaultdict(Series)
    for day, value, number in by_day(rows, column, period, kind):
        found[value][day] = number
    return found


def total(series: Series, period: Period) -> int:
    return sum(number for day, number in series.items() if period.first <= day <= period.last)
