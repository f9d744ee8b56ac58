"""Finds the regular expressions that can take more than linear time, without running them.

A backtracking engine tries each way to match a text. If a text leads from a state to itself in two
ways, there are 2 ** n ways for n repetitions: exponential. If a text leads from each of two states
to itself, and also from the first to the second, n repetitions can be divided at n places:
polynomial (Weber and Seidl, On the degree of ambiguity of finite automata, 1991).

No maintained library with a free licence supports Python's possessive quantifiers, atomic groups
and lookarounds, which are used to fix such patterns.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from functools import cache
from itertools import permutations, product
from re import _parser  # type: ignore[attr-defined]
from typing import Any

from tests.patterns.automaton import SAMPLES, Automaton, Step

SEARCHING = {"search", "sub", "subn", "findall", "finditer", "split"}
Node = tuple[int, ...]  # some states, and the last character that was consumed


def ambiguities(pattern: str, flags: int = 0, method: str = "fullmatch") -> list[str]:
    """Return the ambiguities of a pattern, one phrase for each.

    Args:
        method: the method that uses it, since the end of the text and the start of a match matter.
    """
    tree = _parser.parse(pattern, flags)
    flags = tree.state.flags & ~re.DEBUG
    whole = Automaton.of(tree, flags, searched=method in SEARCHING)
    found = Paths(whole, to_the_end=method == "fullmatch").ambiguities()
    for body, its_flags in whole.bodies:
        inside = Automaton.of(body, its_flags, searched=False)
        found += Paths(inside, to_the_end=True).ambiguities()
    return sorted(set(found))


class Paths:
    """The paths through an automaton, one character at a time."""

    def __init__(self, automaton: Automaton, *, to_the_end: bool) -> None:
        groups: dict[Any, int] = defaultdict(int)
        steps = [each for some in automaton.steps.values() for each in some]
        masks = {*automaton.takes.values(), *(m for e in steps for m in (e.behind, e.ahead))}
        # Characters that the whole pattern treats equally count as one.
        for at in range(len(SAMPLES)):
            groups[tuple(mask >> at & 1 for mask in sorted(masks))] |= 1 << at
        self.kinds = [each & -each for each in groups.values()]

        def open_to(way: Step, behind: int, ahead: int) -> bool:
            taken = automaton.takes.get(way.to, 0)
            return bool(way.behind & behind and way.ahead & taken & ahead)

        # From a node by a character to states, with the number of ways to each.
        self.ways: dict[Node, dict[int, dict[int, int]]] = {}
        self.accepting: set[int] = set()
        for state, taken in automaton.takes.items():
            ways = list(automaton.ways(state))
            if not to_the_end and Step(automaton.end) in ways:
                self.accepting.add(state)
            for kind in [each for each in self.kinds if each & taken]:
                self.ways[state, kind] = {
                    each: dict(Counter(way.to for way in ways if open_to(way, kind, each)))
                    for each in self.kinds
                }
        self.reached = {node: self.reach(node) for node in self.ways}
        self.looping = sorted({node[0] for node in self.ways if node in self.reached[node]})

    def ambiguities(self) -> list[str]:
        words = [self.two_loops_at(state) for state in self.looping]
        if any(words):
            return [f"exponential in {min(filter(None, words), key=len)!r}"]
        words = [self.loops_at_both(p, q) for p, q in permutations(self.looping, 2)]
        return [f"polynomial in {min(filter(None, words), key=len)!r}"] if any(words) else []

    def two_loops_at(self, state: int) -> str:
        """Return a text that leads from a state to itself in two ways; "" if there is none."""
        if state in self.accepting:
            return ""
        loop = self.between(state, state)
        return self.word((state, state), (state, state), [loop, loop], parted=0)

    def loops_at_both(self, p: int, q: int) -> str:
        """Return a text that leads from each state to itself, and from the first to the second; ""
        if there is none."""
        between = self.between(p, q)
        if q in self.accepting or not between:
            return ""
        return self.word(
            (p, p, q), (p, q, q), [self.between(p, p), between, self.between(q, q)], parted=1
        )

    @cache  # noqa: B019  # lives as long as the object
    def between(self, p: int, q: int) -> set[Node]:
        """Return the nodes that can be on a path from one state to another."""
        begin = set().union(*(self.reached[node] for node in self.ways if node[0] == p))
        return {node for node in begin if any(end[0] == q for end in self.reached[node] | {node})}

    def word(self, begin: Node, goal: Node, within: list[set[Node]], *, parted: int) -> str:
        """Return the shortest text that leads several runs from some states to others at the same
        time, if the character before it is also its last one; "" if there is none."""
        alike: dict[Any, set[int]] = defaultdict(set)
        for kind in self.kinds:
            if all((state, kind) in self.ways for state in begin):
                alike[repr([self.ways[state, kind] for state in begin])].add(kind)
        words = (
            self.word_after(
                (*begin, parted, min(kinds)), {(*goal, 1, each) for each in kinds}, within
            )
            for kinds in alike.values()
        )
        return next(filter(None, words), "")

    def word_after(self, begin: Node, goals: set[Node], within: list[set[Node]]) -> str:
        """Return the same text for one start.

        A node has the runs' states, 1 if they have separated, and the last consumed character.
        """
        words = {begin: ""}
        todo = [begin]
        for node in todo:
            *states, parted, kind = node
            options = [self.ways[state, kind] for state in states]
            for each in self.kinds:
                lists = [
                    [way for way in option[each].items() if (way[0], each) in allowed]
                    for option, allowed in zip(options, within, strict=True)
                ]
                for chosen in product(*lists):
                    new = [to for to, _ in chosen]
                    parts = new[0] != new[1] or (states[0] == states[1] and chosen[0][1] > 1)
                    following = (*new, int(parted or parts), each)
                    if following not in words:
                        words[following] = words[node] + SAMPLES[each.bit_length() - 1]
                        todo.append(following)
                        if following in goals:
                            return words[following]
        return ""

    def reach(self, start: Node) -> set[Node]:
        """Return all nodes that can be reached by one or more characters."""
        found: set[Node] = set()
        todo = [start]
        while todo:
            ways = self.ways[todo.pop()]
            new = {(to, each) for each, states in ways.items() for to in states} - found
            found |= new
            todo += new
        return found
