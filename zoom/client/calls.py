"""What is tried again, and what an answer's status means (contract C4)."""

from __future__ import annotations

import logging
import math
import random
import time
from collections.abc import Callable
from datetime import timedelta

from django.utils import timezone

from core.errors import APIError
from zoom.client.errors import ZOOM_BUSY, ZOOM_FAILED
from zoom.client.transport import BrokenError, Deadline, NotSentError, ZoomResponse

logger = logging.getLogger(__name__)

# Seconds before the second and the third try, to which up to as much again is added.
PAUSES = (0.1, 0.4)
SERVER_FAULTS = range(500, 600)
DAY = 86_400


def repeat(
    attempt: Callable[[], ZoomResponse], *, deadline: Deadline, harmless: bool = True
) -> ZoomResponse:
    """Try up to three times while there is time.

    Args:
        harmless: whether doing it twice does no harm. What isn't is tried again only if it has
            not reached Zoom.
    """
    for pause in PAUSES:
        try:
            return healthy(attempt())
        except (NotSentError, BrokenError) as trouble:
            # It spreads the tries, and keeps no secret.
            delay = pause * random.uniform(1, 2)  # noqa: S311  # nosec B311  # as said above
            if deadline.remaining() <= delay or (isinstance(trouble, BrokenError) and not harmless):
                raise
            time.sleep(delay)
    return healthy(attempt())


def healthy(answer: ZoomResponse) -> ZoomResponse:
    """The answer, unless Zoom owns to a fault of its own."""
    if answer.status in SERVER_FAULTS:
        logger.warning("Zoom answered %s.", answer.status)
        raise BrokenError()
    return answer


def expect(status: int, answer: ZoomResponse, act: str) -> ZoomResponse:
    """The answer, if it has the one status that means success.

    Raises:
        APIError: `zoom_busy` with the seconds to wait, or `zoom_failed`.
    """
    if answer.status == status:
        return answer
    logger.error("Zoom refused %s: status %s, code %s.", act, answer.status, answer.code)
    if answer.status == 429:
        wait = seconds_to_wait(answer)
        raise APIError(ZOOM_BUSY, wait=wait, headers={"Retry-After": str(wait)})
    raise APIError(ZOOM_FAILED)


def seconds_to_wait(answer: ZoomResponse) -> int:
    """What `Retry-After` says; with a date or no word of it, the daily limit ends at midnight."""
    told = answer.retry_after.strip()
    if told.isascii() and told.isdigit() and len(told) < 10:
        return min(max(1, int(told)), DAY)
    if told or "daily" in str(answer.json.get("message")).lower():
        return seconds_to_midnight()
    return 5


def seconds_to_midnight() -> int:
    now = timezone.now()
    midnight = (now + timedelta(days=1)).replace(hour=0, minute=0, second=0, microsecond=0)
    return math.ceil((midnight - now).total_seconds())
