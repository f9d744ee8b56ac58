"""The pytest plugin that tries mutants instead of running the tests once."""

from __future__ import annotations

import time
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from itertools import accumulate, groupby
from typing import Any

import coverage
import pytest

from bench.progress import Progress
from proof.mutants import children, whole
from proof.mutants.making import Mutant
from proof.mutants.memory import Learned, Memory
from proof.mutants.putting_in import put_in
from proof.mutants.scope import ROOT, is_apart

# Limits of processor seconds: for a file's tests while they are recorded; for a mutant's tests, in
# addition to three times their recorded time; and for the recorded time of one mutant's tests.
LEARNING = 300.0
ALLOWED = 20.0
LONGEST = 20.0


@dataclass(frozen=True, slots=True)
class Result:
    """`killer` is the test that failed; "" for a survivor, "time" if it exceeded its time."""

    mutant: Mutant
    killer: str


class Hunt:
    """`pytest.main(…, plugins=[Hunt(mutants, memory)])`, and then its `results`."""

    def __init__(self, mutants: list[Mutant], memory: Memory, at_once: int) -> None:
        self.mutants, self.memory, self.at_once = mutants, memory, at_once
        self.results: list[Result] = []
        self.items: dict[str, pytest.Item] = {}
        self.lines: dict[str, dict[str, set[str]]] = defaultdict(lambda: defaultdict(set))
        self.seconds: dict[str, float] = {}

    def pytest_collection_modifyitems(self, items: list[pytest.Item]) -> None:
        items[:] = [item for item in items if not is_apart(file_of(item))]

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtestloop(self, session: pytest.Session) -> bool:
        self.items = {item.nodeid: item for item in session.items}
        self.last = next(item for item in session.items if "warm_up" in item.nodeid)
        run(self.last, following=session.items[0])
        self.learn()
        self.hunt()
        return True

    def learn(self) -> None:
        """Find out which tests run which line, and their times. Failing tests are not used."""
        files = {name: list(group) for name, group in groupby(self.items.values(), file_of)}
        new = [name for name in files if self.memory.learned(name) is None]
        tasks = [(name, LEARNING, partial(self.watch, files[name])) for name in new]
        progress = Progress(len(files))
        progress.done(len(files) - len(new), "known")
        for name, learned in children.run(tasks, at_once=self.at_once):
            self.memory.keep_learned(name, learned or {"seconds": {}, "lines": {}})
            progress.done(1, name)
        for name in files:
            self.note(self.memory.learned(name) or {"seconds": {}, "lines": {}})

    def watch(self, items: list[pytest.Item]) -> Learned:
        watched = coverage.Coverage(data_file=None, include=[f"{ROOT}/*/*"], config_file=False)
        watched.start()
        good = {}
        for item, following in zip(items, [*items[1:], self.last], strict=True):
            watched.switch_context(item.nodeid)
            started = time.process_time()
            if not run(item, following):
                good[item.nodeid] = time.process_time() - started
        watched.stop()
        data = watched.get_data()
        paths = {mutant.path for mutant in self.mutants}
        return {
            "seconds": good,
            "lines": {path: data.contexts_by_lineno(str(ROOT / path)) for path in paths},
        }

    def note(self, learned: Learned) -> None:
        self.seconds |= learned["seconds"]
        for path, lines in learned["lines"].items():
            for line, tests in lines.items():
                self.lines[path][line].update(test for test in tests if test in self.seconds)

    def hunt(self) -> None:
        progress = Progress(len(self.mutants))
        for number, answer in children.run(self.tasks(), at_once=self.at_once):
            mutant, killer = self.mutants[number], "time" if answer is None else answer
            self.results.append(Result(mutant, killer))
            if killer:
                self.memory.keep_killer(mutant, killer)
            else:
                print(f"\n{mutant.path}:{mutant.lines[0]}\n{mutant.difference()}", flush=True)
            progress.done(1, killer or "survived")

    def tasks(self) -> Iterator[children.Task]:
        numbered = list(enumerate(self.mutants))
        # The mutants that are quick to test come first.
        for number, mutant in sorted(numbered, key=lambda each: not self.near(each[1])):
            if killer := self.memory.killer(mutant):
                self.results.append(Result(mutant, killer))
                continue
            near = self.near(mutant)
            tests = self.quickest(near or self.far(mutant))
            allowed = ALLOWED + 3 * sum(self.seconds[test] for test in tests)
            yield number, allowed, partial(self.attempt, mutant, tests, in_place=bool(near))

    def near(self, mutant: Mutant) -> set[str]:
        """Return the tests that run the mutant's lines; none if those run at import."""
        if not mutant.function:
            return set()
        first, last = mutant.lines
        lines = self.lines[mutant.path]
        return set().union(*(lines.get(str(line), ()) for line in range(first, last + 1)))

    def far(self, mutant: Mutant) -> set[str]:
        """Return the tests that run any line of the file."""
        return set().union(*self.lines[mutant.path].values())

    def quickest(self, tests: set[str]) -> list[str]:
        """Return the quickest tests first, as many as the limit for one mutant allows."""
        ordered = sorted(tests, key=lambda test: (self.seconds[test], test))
        so_far = accumulate(self.seconds[test] for test in ordered)
        return [test for test, seconds in zip(ordered, so_far, strict=True) if seconds < LONGEST]

    def attempt(self, mutant: Mutant, tests: list[str], *, in_place: bool) -> str:
        """Return the test that fails with the mutant, or "" if none does."""
        if not (in_place and put_in(mutant)):
            return whole.attempt(mutant, tests)
        return next((test for test in tests if run(self.items[test], self.last)), "")


def file_of(item: pytest.Item) -> str:
    return item.nodeid.split("::")[0]


def run(item: pytest.Item, following: pytest.Item) -> Any:
    """Run a test, and return whether it failed. Fixtures shared with the following test stay."""
    before = item.session.testsfailed
    item.ihook.pytest_runtest_protocol(item=item, nextitem=following)
    return item.session.testsfailed > before
