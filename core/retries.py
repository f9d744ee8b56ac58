"""Work that is tried until it succeeds: a row for each piece of it, and a job that works them off.

A row is written in the transaction that makes the work necessary, so that neither a crash nor a
service that is down loses it. Whoever tries it claims it first; several may run at once.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any, ClassVar, Self

from django.db import models
from django.db.models import F

from core.errors import APIError

logger = logging.getLogger(__name__)

# Longer than a batch and one try may last: who claimed a row and died leaves it to others then.
LEASE = timedelta(minutes=5)
BATCH = 200
# After that nothing more is begun: jobs share a thread, and a service that hangs for one of them
# mustn't keep the others waiting.
BATCH_SECONDS = 10


class PermanentFailure(Exception):  # noqa: N818 # as the mail standards call it (RFC 3463)
    """A try whose failure will be the same at every next one: the row is given up at once."""


class RetryQuerySet(models.QuerySet[Any]):
    def due(self, now: datetime) -> Self:
        """What is to be tried by now, the longest waiting first."""
        return self.filter(next_try_at__lte=now).order_by("next_try_at", "pk")

    def lease(self, row: Any, now: datetime) -> bool:
        """Take a row for oneself: True for one only of those who have read it."""
        unclaimed = self.filter(pk=row.pk, next_try_at=row.next_try_at)
        row.next_try_at = now + LEASE
        row.attempts += 1
        return bool(unclaimed.update(next_try_at=row.next_try_at, attempts=F("attempts") + 1))


class Retry(models.Model):
    """A row of work.

    Attributes:
        PAUSES: how long to wait after each try that failed; the last one goes on.
        MAX_ATTEMPTS: after so many it is given up; None: never.
    """

    PAUSES: ClassVar[tuple[timedelta, ...]] = (
        timedelta(minutes=1),
        timedelta(minutes=5),
        timedelta(minutes=30),
        timedelta(hours=2),
        timedelta(hours=8),
        timedelta(hours=24),
    )
    MAX_ATTEMPTS: ClassVar[int | None] = None

    attempts = models.PositiveSmallIntegerField(default=0, editable=False)
    next_try_at = models.DateTimeField(
        null=True, db_index=True, editable=False, help_text="Empty once it is done or given up."
    )

    class Meta:
        abstract = True

    def postpone(self, now: datetime) -> None:
        """After a try that failed: the next one after a longer pause, or none."""
        if self.MAX_ATTEMPTS is not None and self.attempts >= self.MAX_ATTEMPTS:
            self.give_up()
            return
        self.next_try_at = now + self.PAUSES[min(self.attempts, len(self.PAUSES)) - 1]
        self.save(update_fields=["next_try_at"])

    def give_up(self) -> None:
        """Leave it as it is, neither done nor to be tried again."""
        self.next_try_at = None
        self.save(update_fields=["next_try_at"])


def work_off(rows: RetryQuerySet, attempt: Callable[[Any], None], *, now: datetime) -> int:
    """Try each row that is due; of how many the try succeeded.

    Args:
        attempt: does the work of one row, and deletes or marks it. What it raises is logged, and
            the row waits for its next try; after a `PermanentFailure` there is none.
    """
    succeeded, deadline = 0, time.monotonic() + BATCH_SECONDS
    for row in list(rows.due(now)[:BATCH]):
        if time.monotonic() > deadline:
            break
        succeeded += try_row(rows, row, attempt, now=now)
    return succeeded


def try_row(
    rows: RetryQuerySet, row: Any, attempt: Callable[[Any], None], *, now: datetime
) -> bool:
    """Try one row, unless somebody else does; whether it succeeded."""
    if not rows.lease(row, now):
        return False
    try:
        attempt(row)
    except PermanentFailure as failure:
        logger.error("Gave up %s %s: %s", row._meta.label, row.pk, failure)
        row.give_up()
        return False
    except Exception as failure:
        # An error of ours says it all; any other needs its traceback.
        ours = isinstance(failure, APIError)
        told = (row.attempts, row._meta.label, row.pk, failure if ours else type(failure).__name__)
        logger.error("Try %s of %s %s failed: %s", *told, exc_info=None if ours else failure)
        row.postpone(now)
        return False
    return True
