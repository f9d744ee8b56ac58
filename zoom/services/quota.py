"""How many meetings may be made at Zoom: by two people, by somebody new here, and by all together.

Zoom counts what it makes, so what is counted here are the attempts for which it has made a meeting,
or may have: one that hangs or breaks off counts, one that is refused as too many doesn't.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from django.conf import settings

from accounts.models import User
from core import metrics
from core.cache import site_cache
from core.dates import in_words
from core.errors import APIError, ErrorCode, declare
from core.throttling import parse_rate
from zoom import client
from zoom.models import OneOnOneSession, StartAttempt

logger = logging.getLogger(__name__)

PAIR_LIMIT = declare(
    "pair_start_limit",
    429,
    "The two of you have started {limit} meetings, the most for now: start the next one after "
    "{when}.",
)
NEWCOMER_LIMIT = declare(
    "newcomer_start_limit",
    429,
    "Your account is new and has started {limit} meetings, the most for now: start the next one "
    "after {when}.",
)


@dataclass(frozen=True, slots=True)
class Quota:
    """How much of Zoom's day is used up.

    Attributes:
        used: the meetings made since 00:00 UTC.
        most: how many all hosts together may make in a day.
    """

    used: int
    most: int

    @property
    def warning(self) -> int:
        """The highest percentage of those worth a warning that is reached; 0 if none is."""
        reached = [
            each for each in settings.ZOOM_QUOTA_WARNINGS if self.used * 100 >= self.most * each
        ]
        return max(reached, default=0)

    @property
    def sentence(self) -> str:
        """What a warning says."""
        return (
            f"Zoom has made {self.used} of the {self.most} meetings that it makes in a day: after "
            "the last one nobody can start a 1-on-1 session until 00:00 UTC."
        )


def check_limits(row: OneOnOneSession, *, by: User, now: datetime) -> None:
    """May these two, and this one of them, start one more? The session's row is held; the people's
    rows are held from here on, so that of starts at once each sees those before it.

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
    """When Zoom has begun to count."""
    return now.astimezone(UTC).replace(hour=0, minute=0, second=0, microsecond=0)


def quota_of_day(now: datetime) -> Quota:
    """How many of today's meetings are made."""
    hosts = client.hosts()
    made = StartAttempt.objects.counted(start_of_day(now)).filter(host__in=hosts)
    return Quota(made.count(), len(hosts) * settings.ZOOM_MEETINGS_PER_HOST)


def report_quota(now: datetime) -> None:
    """Tell the figures how much of the day is used up, and the log of each warning once a day."""
    today = quota_of_day(now)
    metrics.ZOOM_MEETINGS.set(today.used)
    metrics.ZOOM_MEETINGS_MAX.set(today.most)
    told = f"zoom-quota:{start_of_day(now):%Y-%m-%d}:{today.warning}"
    if today.warning and site_cache().add(told, 1, timeout=86_400):
        logger.warning("%s", today.sentence)
