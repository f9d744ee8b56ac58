"""Retries of calls to Zoom, and the meaning of response statuses (contract C4)."""

from __future__ import annotations

import logging
import math
import random
import time
from collections.abc import Callable
from datetime import timedelta

from django.utils import timezone

from core.deadline import Deadline
from core.errors import APIError
from zoom.client.errors import ZOOM_BUSY, ZOOM_FAILED
from zoom.client.transport import BrokenError, NotSentError, ZoomResponse

logger = logging.getLogger(__name__)

# Seconds to wait before the second and third try. A random extra of up to 100 % is added.
PAUSES = (0.1, 0.4)
SERVER_FAULTS = range(500, 600)
DAY = 86_400


def repeat(
    attempt: Callable[[], ZoomResponse], *, deadline: Deadline, repeatable: bool = True
) -> ZoomResponse:
    """Try up to three times before the deadline, and return the response.

    Args:
        repeatable: whether the call may be made twice. If not, it is retried only if it has not
            reached Zoom.
    """
    for pause in PAUSES:
        try:
            return healthy(attempt())
        except (NotSentError, BrokenError) as error:
            # The random delay spreads retries; it protects no secret.
            delay = pause * random.uniform(1, 2)  # noqa: S311  # nosec B311  # as said above
            if deadline.remaining() <= delay or (isinstance(error, BrokenError) and not repeatable):
                raise
            time.sleep(delay)
    return healthy(attempt())


def healthy(answer: ZoomResponse) -> ZoomResponse:
    """Return the response, or raise `BrokenError` if its status is 5xx."""
    if answer.status in SERVER_FAULTS:
        logger.warning("Zoom answered %s.", answer.status)
        raise BrokenError()
    return answer


def expect(status: int, answer: ZoomResponse, what: str) -> ZoomResponse:
    """Return the response if its status is the one that means success.

    Raises:
        APIError: `zoom_busy` with the seconds to wait, or `zoom_failed`.
    """
    if answer.status == status:
        return answer
    logger.error("Zoom refused %s: status %s, code %s.", what, answer.status, answer.code)
    if answer.status == 429:
        wait = seconds_to_wait(answer)
        raise APIError(ZOOM_BUSY, wait=wait, headers={"Retry-After": str(wait)})
    raise APIError(ZOOM_FAILED)


def seconds_to_wait(answer: ZoomResponse) -> int:
    """Return the seconds of `Retry-After`. If it is a date, or if the message mentions the daily
    limit, return the seconds until midnight UTC."""
    value = answer.retry_after.strip()
    if value.isascii() and value.isdigit() and len(value) < 10:
        return min(max(1, int(value)), DAY)
    if value or "daily" in str(answer.json.get("message")).lower():
        return seconds_to_midnight()
    return 5


def seconds_to_midnight() -> int:
    now = timezone.now()
    midnight = (now + timedelta(days=1)).replace(hour=0, minute=0, second=0, microsecond=0)
    return math.ceil((midnight - now).total_seconds())
