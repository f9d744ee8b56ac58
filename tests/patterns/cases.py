"""Runs cases with texts designed to be slow, and reports those that took too long."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from typing import Any

from tests.patterns.attacks import Attack, attacks
from tests.patterns.growth import LINEAR, LONGEST, growth
from tests.patterns.listed import using

# A name, the function that gets the texts, and the attacks.
Case = tuple[Any, Callable[[str], object], Iterable[Attack]]


def failures(cases: Iterable[Case], longest: int = LONGEST) -> list[str]:
    """Return the texts that took more than linear time, with the name of the case."""
    return [
        f"{name}: {start!r} + {pump!r} * n + {end!r}: {factor:.1f}"
        for name, work, texts in cases
        for start, pump, end in texts
        if (factor := growth(work, pump, start=start, end=end, longest=longest)) > LINEAR
    ]


def as_text(pattern: re.Pattern[Any]) -> re.Pattern[str]:
    if isinstance(pattern.pattern, str):
        return pattern
    return re.compile(pattern.pattern.decode("latin-1"), pattern.flags | re.ASCII)


def cases_of(patterns: Iterable[re.Pattern[Any]], method: str) -> Iterator[Case]:
    for each in map(as_text, patterns):
        yield each.pattern, using(each, method), attacks(each.pattern, each.flags)
