"""Measures how the time of a function grows with the length of a text."""

from __future__ import annotations

from collections.abc import Callable
from time import thread_time_ns

# The largest allowed factor of time for a text of twice the length.
LINEAR = 2.5
# In nanoseconds. Shorter times can't be measured reliably.
MEASURABLE = 200_000
# A larger factor can't be noise. With exponential time, the next text would take forever.
STEEP = 16
LONGEST = 32_000
# A large factor is measured again this many times; if it takes longer than SLOW, once.
TRIES, SLOW = 15, 50_000_000


def growth(
    work: Callable[[str], object],
    pump: str,
    *,
    start: str = "",
    end: str = "",
    longest: int = LONGEST,
    shortest: int = 0,
) -> float:
    """Return the largest factor by which the time grew, twice in a row, when the pump was repeated
    twice as often. A single increase may come from a busy machine or from a cache that is too
    small.

    The texts are `start + pump * n + end`, for n = 8, 16, 32 … or beginning with a text of
    `shortest` characters, until one has `longest` characters. The time is this thread's processor
    time, which a busy machine affects little; large factors are measured several times, and the
    shortest time counts. It stops at the first text that shows the growth, so that exponential time
    takes only seconds.
    """
    worst, factor_before, count = 0.0, 0.0, max(8, shortest // len(pump))
    before = start + pump * count + end
    took = time_of(work, before)
    while len(before) < longest:
        count *= 2
        text = (start + pump * count)[: longest - len(end)] + end
        taken = time_of(work, text)
        tries = 1 if taken > SLOW else TRIES
        while taken > max(MEASURABLE, LINEAR * took) and tries:
            took = min(took, time_of(work, before))
            taken = min(taken, time_of(work, text))
            tries -= 1
        factor = taken / max(took, 1)
        if taken > MEASURABLE:
            is_plain = taken > SLOW or factor > STEEP
            worst = max(worst, factor if is_plain else min(factor, factor_before))
            if worst > LINEAR:
                break
        before, took, factor_before = text, taken, factor
    return worst


def time_of(work: Callable[[str], object], text: str) -> int:
    started = thread_time_ns()
    work(text)
    return thread_time_ns() - started


def assert_linear(work: Callable[[str], object], pump: str, start: str = "", end: str = "") -> None:
    factor = growth(work, pump, start=start, end=end)
    assert factor <= LINEAR, (
        f"{start!r} + {pump!r} * n + {end!r}: {factor:.1f} × the time for twice the length"
    )
