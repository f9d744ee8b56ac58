"""Work that is retried until it succeeds: a table with a row for each task, and a job.

A row is written in the transaction that makes the work necessary, so that neither a crash nor a
failing service loses it. A worker claims a row before it tries it; several may run at once.
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

# Longer than a batch and one try can last: then others may take the row of a worker that has died.
LEASE = timedelta(minutes=5)
BATCH = 200
# After that no further row is started: jobs share a thread, and one whose service hangs must not
# block the others.
BATCH_SECONDS = 10


class PermanentFailure(Exception):  # noqa: N818 # as the mail standards call it (RFC 3463)
    """A failure that would repeat on every try: the row is given up at once."""


class RetryQuerySet(models.QuerySet[Any]):
    def due(self, now: datetime) -> Self:
        """Return the rows that are due, those that have waited longest first."""
        return self.filter(next_try_at__lte=now).order_by("next_try_at", "pk")

    def lease(self, row: Any, now: datetime) -> bool:
        """Claim a row: True for only one of several callers at the same time."""
        unclaimed = self.filter(pk=row.pk, next_try_at=row.next_try_at)
        row.next_try_at = now + LEASE
        row.attempts += 1
        return bool(unclaimed.update(next_try_at=row.next_try_at, attempts=F("attempts") + 1))


class Retry(models.Model):
    """A row of work.

    Attributes:
        PAUSES: the pauses after each failed try; the last one is repeated.
        MAX_ATTEMPTS: the number of tries before it is given up; None for no limit.
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
        """Schedule the next try after a failure, with a longer pause, or give up."""
        if self.MAX_ATTEMPTS is not None and self.attempts >= self.MAX_ATTEMPTS:
            self.give_up()
            return
        self.next_try_at = now + self.PAUSES[min(self.attempts, len(self.PAUSES)) - 1]
        self.save(update_fields=["next_try_at"])

    def give_up(self) -> None:
        """Keep the row, but don't try it again."""
        self.next_try_at = None
        self.save(update_fields=["next_try_at"])


def work_off(rows: RetryQuerySet, attempt: Callable[[Any], None], *, now: datetime) -> int:
    """Try each row that is due, and return the number of successes.

    Args:
        attempt: does the work of one row, and deletes or marks it. Its exceptions are logged, and
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
    """Try one row, unless another worker has it. Returns whether it succeeded."""
    if not rows.lease(row, now):
        return False
    try:
        attempt(row)
    except PermanentFailure as failure:
        logger.error("Gave up %s %s: %s", row._meta.label, row.pk, failure)
        row.give_up()
        return False
    except Exception as failure:
        # The sentence of an APIError is enough; any other exception needs its traceback.
        ours = isinstance(failure, APIError)
        told = (row.attempts, row._meta.label, row.pk, failure if ours else type(failure).__name__)
        logger.error("Try %s of %s %s failed: %s", *told, exc_info=None if ours else failure)
        row.postpone(now)
        return False
    return True
