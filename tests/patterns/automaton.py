"""A regular expression as an automaton: which character can follow which in a match.

It is built from the tree of Python's own parser. Each position of the pattern that consumes a
character is a state. Repeat counts above `MANY` are treated as unlimited, and smaller ones are
written out. An atomic group has one way to match at a given position, so it becomes one state that
consumes any of its characters. A lookahead becomes a branch without an end, since the engine
searches it in the same way.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from re import _compiler, _constants, _parser  # type: ignore[attr-defined]
from typing import Any

MANY = 8
ASCII = "".join(map(chr, range(128)))
SAMPLES = ASCII + "\x85\xa0éß٣\u2028中😀"
ALL = (1 << len(SAMPLES)) - 1
LOOPS = {_constants.MAX_REPEAT, _constants.MIN_REPEAT}
STARTS = {_constants.AT_BEGINNING, _constants.AT_BEGINNING_STRING}
ENDS = {_constants.AT_END, _constants.AT_END_STRING}
CHARACTERS = {_constants.LITERAL, _constants.NOT_LITERAL, _constants.ANY, _constants.IN}
WORDS = sum(1 << at for at, each in enumerate(SAMPLES) if re.match(r"\w", each))


@dataclass(frozen=True)
class Step:
    """A transition to another state that consumes no character.

    Attributes:
        behind: the characters that may be before it, as bits of `SAMPLES`.
        ahead: the characters that may follow it.
    """

    to: int
    behind: int = ALL
    ahead: int = ALL


@dataclass
class Automaton:
    """
    Attributes:
        takes: for each state that consumes a character, which ones.
        steps: the transitions from each state.
        bodies: the atomic groups, which are checked separately.
    """

    takes: dict[int, int] = field(default_factory=dict)
    steps: dict[int, list[Step]] = field(default_factory=lambda: defaultdict(list))
    bodies: list[tuple[Any, int]] = field(default_factory=list)
    start: int = 0
    end: int = 1
    size: int = 2

    @classmethod
    def of(cls, tree: Any, flags: int, *, searched: bool) -> Automaton:
        """
        Args:
            searched: whether a match may begin anywhere.
        """
        made = cls()
        begin = made.start
        if searched:
            begin = made.loop(begin, lambda at: made.take(at, ALL))
        made.steps[made.sequence(tree, begin, flags)].append(Step(made.end))
        return made

    def new(self) -> int:
        self.size += 1
        return self.size - 1

    def follow(self, at: int, **guards: int) -> int:
        self.steps[at].append(Step(made := self.new(), **guards))
        return made

    def take(self, at: int, characters: int) -> int:
        """Add a state that consumes one of these characters, and return it."""
        state = self.follow(at)
        self.takes[state] = characters
        return state

    def loop(self, at: int, body: Any, *, leaves: int = ALL) -> int:
        """Add a loop over the body.

        Args:
            leaves: the characters that may follow the loop.
        """
        begin, end = self.follow(at), self.new()
        done = body(begin)
        self.steps[at].append(Step(end, ahead=leaves))
        self.steps[done] += [Step(begin), Step(end, ahead=leaves)]
        return end

    def sequence(self, tree: Any, at: int, flags: int) -> int:
        for operator, argument in tree:
            at = self.add(operator, argument, at, flags)
        return at

    def add(self, operator: Any, argument: Any, at: int, flags: int) -> int:
        if operator in CHARACTERS:
            return self.take(at, bits([(operator, argument)], flags))
        if operator in LOOPS:
            return self.repeat(argument, at, flags)
        if operator is _constants.BRANCH:
            end = self.new()
            for each in argument[1]:
                self.steps[self.sequence(each, self.follow(at), flags)].append(Step(end))
            return end
        if operator is _constants.SUBPATTERN:
            _, added, removed, tree = argument
            return self.sequence(tree, at, (flags | added) & ~removed)
        if operator is _constants.POSSESSIVE_REPEAT:
            return self.possessive(argument, at, flags)
        if operator is _constants.ATOMIC_GROUP:
            return self.atomic(argument, at, flags)
        if operator is _constants.AT:
            return self.anchor(argument, at, flags)
        if operator in {_constants.ASSERT, _constants.ASSERT_NOT}:
            return self.look(argument, at, flags, wanted=operator is _constants.ASSERT)
        raise NotImplementedError(
            f"{operator}: add it here with its effect on the time of a match."
        )

    def repeat(self, argument: Any, at: int, flags: int) -> int:
        least, most, tree = argument
        for _ in range(min(least, 2)):
            at = self.sequence(tree, at, flags)
        if most > MANY:
            return self.loop(at, lambda begin: self.sequence(tree, begin, flags))
        end = self.new()
        for _ in range(most - least):
            self.steps[at].append(Step(end))
            at = self.sequence(tree, self.follow(at), flags)
        self.steps[at].append(Step(end))
        return end

    def possessive(self, argument: Any, at: int, flags: int) -> int:
        least, most, tree = argument
        if len(tree) == 1 and tree[0][0] in CHARACTERS and most > MANY:
            characters = bits(tree, flags)
            for _ in range(min(least, 2)):
                at = self.take(at, characters)
            return self.loop(at, lambda at: self.take(at, characters), leaves=ALL & ~characters)
        if most == 1:
            return self.atomic(tree, at, flags, skipped=least == 0)
        return self.loop(at, lambda begin: self.atomic(tree, begin, flags, skipped=least == 0))

    def atomic(self, tree: Any, at: int, flags: int, *, skipped: bool = False) -> int:
        self.bodies.append((tree, flags))
        inside = Automaton.of(tree, flags, searched=False)
        self.bodies += inside.bodies
        characters = 0
        for each in inside.takes.values():
            characters |= each
        end = self.new()
        self.steps[self.take(at, characters)].append(Step(end))
        if skipped or tree.getwidth()[0] == 0:
            self.steps[at].append(Step(end))
        return end

    def anchor(self, where: Any, at: int, flags: int) -> int:
        line = 1 << SAMPLES.index("\n") if flags & re.MULTILINE else 0
        if where in STARTS:
            return self.follow(at, behind=line)
        if where in ENDS:
            return self.follow(at, ahead=line)
        end, other = self.new(), ALL & ~WORDS
        between = where is _constants.AT_BOUNDARY
        for behind, ahead in ((WORDS, other), (other, WORDS)):
            self.steps[at].append(Step(end, behind, ahead if between else ALL & ~ahead))
        return end

    def look(self, argument: Any, at: int, flags: int, *, wanted: bool) -> int:
        direction, tree = argument
        if len(tree) == 1 and tree[0][0] in CHARACTERS and (direction < 0 or not wanted):
            seen = bits(tree, flags)
            seen = seen if wanted else ALL & ~seen
            return self.follow(at, **{"behind" if direction < 0 else "ahead": seen})
        if direction > 0:
            self.sequence(tree, self.follow(at), flags)
        return self.follow(at)

    def ways(self, state: int) -> Iterator[Step]:
        """Yield each way from a state to the states that consume the next character, and to the
        end, with its conditions. More than two equal ways are not needed."""
        found: dict[tuple[int, int, int], int] = defaultdict(int)
        todo: list[tuple[Step, frozenset[int]]] = [(Step(state), frozenset())]
        while todo:
            here, seen = todo.pop()
            for step in self.steps[here.to]:
                behind, ahead = here.behind & step.behind, here.ahead & step.ahead
                way = Step(step.to, behind, ahead)
                if step.to in self.takes or step.to == self.end:
                    found[step.to, behind, ahead] += 1
                    if found[step.to, behind, ahead] <= 2:
                        yield way
                elif step.to not in seen:
                    todo.append((way, seen | {step.to}))


def bits(tree: Any, flags: int) -> int:
    """Return the characters of `SAMPLES` that a tree of one character matches, as bits."""
    state = _parser.State()
    state.flags = flags
    matches = _compiler.compile(_parser.SubPattern(state, list(tree)), flags).fullmatch
    return sum(1 << at for at, each in enumerate(SAMPLES) if matches(each))
