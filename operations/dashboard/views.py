"""Adds the dashboard to the admin's first page."""

from __future__ import annotations

from typing import Any
from zoneinfo import ZoneInfo

from django.http import HttpRequest
from django.utils import timezone

from core.dates import in_words
from operations.dashboard import page
from operations.dashboard.periods import DEFAULT_LENGTH, LENGTHS, MAX_PERIOD, chosen, latest


def fill(request: HttpRequest, context: dict[str, Any]) -> dict[str, Any]:
    """Return the page's context with the figures of the requested period. If that isn't valid, the
    context has the problem as a sentence, and the figures of the default period."""
    user: Any = request.user
    zone, now, problem = ZoneInfo(user.timezone), timezone.now(), ""
    try:
        period = chosen(request.GET.dict(), zone=zone, now=now)
    except ValueError as error:
        period, problem = latest(DEFAULT_LENGTH, zone=zone, now=now), str(error)
    return context | {
        "title": "Dashboard",
        "period": period,
        "lengths": LENGTHS,
        "latest": latest(period.length, zone=zone, now=now) == period,
        "longest": MAX_PERIOD,
        "problem": problem,
        "as_of": in_words(now, user.timezone),
        **page.build(user, period, now),
    }
