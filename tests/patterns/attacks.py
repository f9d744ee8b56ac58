"""Generates texts that may be slow for a regular expression, from its own parts."""

from __future__ import annotations

import re
from collections.abc import Iterator
from re import _constants, _parser  # type: ignore[attr-defined]
from typing import Any

from tests.patterns.automaton import CHARACTERS, LOOPS, MANY, SAMPLES, bits

REPEATS = LOOPS | {_constants.POSSESSIVE_REPEAT}
# A character that few patterns match, so that a match fails.
END = "\x00"
# The largest number of pumps (repeated texts) for each pattern; those of loops come first.
PUMPS = 12

Attack = tuple[str, str, str]  # the beginning, the repeated text, the end that makes the match fail


def attacks(pattern: str, flags: int = 0) -> list[Attack]:
    """Return repetitions of what a pattern's loops match, of its other parts, and of the whole;
    none if it has no loop."""
    tree = _parser.parse(pattern, flags)
    flags = tree.state.flags & ~re.DEBUG
    before = {pump: start for start, pump in loops(tree, "", flags)}
    if not before:
        return []
    whole = example(tree, flags)
    parts = {*parts_of(tree, flags)}
    pumps = [*before, whole, *sorted(parts - {*before, whole}, key=len, reverse=True)]
    made = dict.fromkeys((before.get(pump, ""), pump, END) for pump in filter(None, pumps))
    return list(made)[:PUMPS]


def loops(tree: Any, start: str, flags: int) -> Iterator[tuple[str, str]]:
    """Yield for each unlimited repeat a text that leads to it, and each text that it matches
    once."""
    for operator, argument in tree:
        if operator in REPEATS:
            _, most, body = argument
            if most > MANY:
                yield from ((start, each) for each in variants(body, flags))
            yield from loops(body, start, flags)
        else:
            for body, its_flags in inside(operator, argument, flags):
                yield from loops(body, start, its_flags)
        start += example([(operator, argument)], flags)


def variants(tree: Any, flags: int) -> list[str]:
    """Return an example of each branch, and one in which each loop is used."""
    found = [example(tree, flags), example(tree, flags, rounds=1)]
    if len(tree) == 1 and tree[0][0] is _constants.BRANCH:
        found += [example(each, flags) for each in tree[0][1][1]]
    return list(dict.fromkeys(filter(None, found)))


def parts_of(tree: Any, flags: int) -> Iterator[str]:
    for operator, argument in tree:
        if operator in CHARACTERS:
            yield example([(operator, argument)], flags)
        elif operator in REPEATS:
            yield example(argument[2], flags, rounds=1)
            yield from parts_of(argument[2], flags)
        else:
            for body, its_flags in inside(operator, argument, flags):
                yield example(body, its_flags)
                yield from parts_of(body, its_flags)


def inside(operator: Any, argument: Any, flags: int) -> list[tuple[Any, int]]:
    if operator is _constants.BRANCH:
        return [(each, flags) for each in argument[1]]
    if operator is _constants.SUBPATTERN:
        return [(argument[3], (flags | argument[1]) & ~argument[2])]
    if operator is _constants.ATOMIC_GROUP:
        return [(argument, flags)]
    if operator in {_constants.ASSERT, _constants.ASSERT_NOT}:
        return [(argument[1], flags)]
    return []


def example(tree: Any, flags: int, *, rounds: int = 0) -> str:
    """Return a short text that the tree matches if its assertions allow it.

    Args:
        rounds: the smallest number of times for its loops.
    """
    text = ""
    for operator, argument in tree:
        if operator in CHARACTERS:
            seen = bits([(operator, argument)], flags)
            # Letters first, since more of a pattern's other parts match them.
            order = sorted(range(len(SAMPLES)), key=lambda at: (not SAMPLES[at].isalnum(), -at))
            text += next((SAMPLES[at] for at in order if seen >> at & 1), "")
        elif operator in REPEATS:
            least, most, body = argument
            text += example(body, flags, rounds=rounds) * max(least, min(rounds, most))
        elif operator in {_constants.ASSERT, _constants.ASSERT_NOT}:
            continue
        else:
            for body, its_flags in inside(operator, argument, flags)[:1]:
                text += example(body, its_flags, rounds=rounds)
    return text
