"""How the time of a function of a text grows with the text's length."""

from __future__ import annotations

from collections.abc import Callable
from time import thread_time_ns

# A text twice as long may take so many times as long.
LINEAR = 2.5
# Nanoseconds. What takes less is told by the clock's own unevenness.
MEASURABLE = 200_000
# No noise looks so bad; where time grows exponentially, the next text would take forever.
STEEP = 16
LONGEST = 32_000
# What looks bad is measured again, so many times; what takes longer than SLOW, once.
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
    """The largest factor by which the time grew when the pump was repeated twice as often, twice in
    a row: what grows once only is a busy machine, or a cache that has become too small.

    The texts are `start + pump * n + end`, for n = 8, 16, 32 ... until one has `longest`
    characters, or from the first n on that gives `shortest`. The time is the processor's for this
    thread, so that a busy machine changes it little; it is the shortest of several tries where one
    looks bad. It ends with the first text that shows the growth, so that an exponential one takes
    no more than seconds.
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
    assert factor <= LINEAR, f"{start!r} + {pump!r} * n + {end!r}: {factor:.1f} × for twice as many"
