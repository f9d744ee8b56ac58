"""Limits for creating meetings at Zoom: for a pair, for a new account, and for the whole site.

Zoom counts the meetings it creates. So attempts count here if Zoom created a meeting or may have:
one that timed out or broke off counts, one that Zoom refused because of its limit doesn't.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from django.conf import settings

from accounts.models import User
from core.api.throttling import parse_rate
from core.cache import site_cache
from core.dates import in_words
from core.errors import APIError, ErrorCode, declare
from core.observability import metrics
from zoom import client
from zoom.models import OneOnOneSession, StartAttempt

logger = logging.getLogger(__name__)

PAIR_LIMIT = declare(
    "pair_start_limit",
    429,
    "The two of you have started {limit} meetings, which is the limit: you can start the next one "
    "after {when}.",
)
NEWCOMER_LIMIT = declare(
    "newcomer_start_limit",
    429,
    "Your account is new and has started {limit} meetings, which is the limit: you can start the "
    "next one after {when}.",
)


@dataclass(frozen=True, slots=True)
class Quota:
    """The state of Zoom's daily limit.

    Attributes:
        used: the meetings created since 00:00 UTC.
        most: the number that all hosts together may create in a day.
    """

    used: int
    most: int

    @property
    def warning(self) -> int:
        """The highest percentage of `ZOOM_QUOTA_WARNINGS` that is reached; 0 if none is."""
        reached = [
            each for each in settings.ZOOM_QUOTA_WARNINGS if self.used * 100 >= self.most * each
        ]
        return max(reached, default=0)

    @property
    def sentence(self) -> str:
        """The text of a warning."""
        return (
            f"{self.used} of the {self.most} Zoom meetings allowed per day have been created: "
            "after the last one nobody can start a 1-on-1 session until 00:00 UTC."
        )


def check_limits(row: OneOnOneSession, *, by: User, now: datetime) -> None:
    """Check the limits of the pair and of the user who starts. The session's row is locked; this
    locks the people's rows, too, so that simultaneous starts see each other.

    Raises:
        APIError: 429 with `Retry-After`.
    """
    if settings.DISABLE_THROTTLING:
        return
    lock_people(row)
    limit, window = rate("start_pair")
    starts = StartAttempt.objects.counted(now - window)
    of_pair = starts.of_pair(row.initiator_id, row.participant_id)
    last_ones = list(of_pair.values_list("created_at", flat=True)[:limit])
    if len(last_ones) == limit:
        refuse(PAIR_LIMIT, "start_pair", until=last_ones[-1] + window, by=by, now=now)
    limit, window = rate("start_newcomer")
    is_new = by.date_joined > now - window
    if is_new and StartAttempt.objects.counted(now - window).filter(by=by).count() >= limit:
        refuse(NEWCOMER_LIMIT, "start_newcomer", until=by.date_joined + window, by=by, now=now)


def lock_people(row: OneOnOneSession) -> None:
    people = User.objects.filter(pk__in=[row.initiator_id, row.participant_id]).order_by("pk")
    list(people.select_for_update(no_key=True).values_list("pk"))


def rate(scope: str) -> tuple[int, timedelta]:
    limit, seconds = parse_rate(settings.THROTTLE_RATES[scope])
    return limit, timedelta(seconds=seconds)


def refuse(code: ErrorCode, scope: str, *, until: datetime, by: User, now: datetime) -> None:
    metrics.THROTTLED.labels(scope).inc()
    limit, _ = rate(scope)
    wait = int((until - now).total_seconds()) + 1
    raise APIError(
        code, limit=limit, when=in_words(until, by.timezone), headers={"Retry-After": str(wait)}
    )


def start_of_day(now: datetime) -> datetime:
    """Return 00:00 UTC, when Zoom's count starts again."""
    return now.astimezone(UTC).replace(hour=0, minute=0, second=0, microsecond=0)


def quota_of_day(now: datetime) -> Quota:
    """Return the state of today's limit."""
    hosts = client.hosts()
    made = StartAttempt.objects.counted(start_of_day(now)).filter(host__in=hosts)
    return Quota(made.count(), len(hosts) * settings.ZOOM_MEETINGS_PER_HOST)


def report_quota(now: datetime) -> None:
    """Update the metrics of the daily limit, and log each warning once a day."""
    today = quota_of_day(now)
    metrics.ZOOM_MEETINGS.set(today.used)
    metrics.ZOOM_MEETINGS_MAX.set(today.most)
    warned = f"zoom-quota:{start_of_day(now):%Y-%m-%d}:{today.warning}"
    if today.warning and site_cache().add(warned, 1, timeout=86_400):
        logger.warning("%s", today.sentence)
