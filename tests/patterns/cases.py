"""What is tried with texts that are made to hurt it, and which of them took too long."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from typing import Any

from tests.patterns.attacks import Attack, attacks
from tests.patterns.growth import LINEAR, LONGEST, growth
from tests.patterns.listed import using

# Its name, what is done with a text, and the attacks on it.
Case = tuple[Any, Callable[[str], object], Iterable[Attack]]


def failures(cases: Iterable[Case], longest: int = LONGEST) -> list[str]:
    """The texts that took more than linear time: of each case its name, what is done with a text,
    and its attacks."""
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
