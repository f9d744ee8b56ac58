"""Where faults are tried: what every trial of one has in common, and what it must leave behind."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import time_machine
from django.db import connection, connections
from django.utils import timezone

from bench.proof.invariants import invariants
from mail.models import Mail
from materials.models import Material, OrphanedFile
from tests.faults.acts import ACTS, Act, Case
from tests.faults.site import Outside, Reply, run
from zoom.models import OneOnOneSession, PendingMeetingEnd, StartAttempt

WRITE = re.compile(r'(INSERT INTO|UPDATE|DELETE FROM) "(\w+)"')
VERBS = {"INSERT INTO": "INSERT", "UPDATE": "UPDATE", "DELETE FROM": "DELETE"}
# When whoever died in a start keeps nobody out any longer, and a client tries again.
PATIENCE = timedelta(minutes=1)
# By then all that waits for the clock is done.
LATER = timedelta(hours=2)

Wrapper = Callable[..., Any]


@dataclass
class Statements:
    """Counts the statements of an act, and what it writes."""

    number: int = 0
    writes: set[tuple[str, str]] = field(default_factory=set)

    def __call__(self, execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        self.number += 1
        if found := WRITE.match(sql):
            self.writes.add((VERBS[found[1]], found[2]))
        return execute(sql, params, many, context)


@dataclass
class At:
    """Does something before or after the n-th statement, counted from 1."""

    number: int
    fault: Callable[[], None]
    after: bool = False
    seen: int = 0

    def __call__(self, execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        self.seen += 1
        here = self.seen == self.number
        if here and not self.after:
            self.fault()
        result = execute(sql, params, many, context)
        if here and self.after:
            self.fault()
        return result


@dataclass
class Laboratory:
    """Tries faults on acts, and notes what went wrong.

    Attributes:
        chosen: the names of the acts; all, unless told.
        step: of the many places where an act can fail, each how manieth is tried.
        trials: fault → how many.
        regrets: fault → how many of the answers were a 503.
        problems: what wasn't as it must be.
    """

    outside: Outside
    step: int = 1
    chosen: tuple[str, ...] = ()
    trials: dict[str, int] = field(default_factory=dict)
    regrets: dict[str, int] = field(default_factory=dict)
    problems: list[str] = field(default_factory=list)
    turn: int = 0

    def acts(self) -> Iterator[tuple[str, Act]]:
        for name, act in ACTS.items():
            if not self.chosen or name in self.chosen:
                yield name, act

    def sampled(self, places: list[Any]) -> list[Any]:
        """Each so manieth, beginning elsewhere with every act."""
        self.turn += 1
        return places[self.turn % self.step :: self.step]

    def healthy(self, name: str, act: Act) -> Statements:
        """Without any fault: it works, and so many statements are in it."""
        case, statements = act.prepare(), Statements()
        with connection.execute_wrapper(statements):
            reply = case.send()
        if not (reply.fine and case.done()):
            self.problems.append(f"{name}, without a fault: {reply}")
        return statements

    def judge(self, fault: str, where: str, act: Act, case: Case, reply: Reply | None) -> None:
        """After a fault: the answer, the database, the next try, and the database again.

        Args:
            reply: None if nobody was left to answer.
        """
        self.trials[fault] = self.trials.get(fault, 0) + 1
        place = f"{fault}, {where}"
        if reply is not None and not reply.fine:
            self.regrets[fault] = self.regrets.get(fault, 0) + 1
            if not reply.regretted:
                self.problems.append(f"{place}: answered {reply}")
        self.problems += [f"{place}: {each}" for each in self.broken()]
        with time_machine.travel(timezone.now() + PATIENCE):
            again = case.send()
        if not (again.fine or (again.status < 500 and again.code in act.again)):
            self.problems.append(f"{place}, and the next try: {again}")
        elif not case.done():
            self.problems.append(f"{place}, and the next try: not done once, but {again.status}")
        self.problems += [f"{place}, and the next try: {each}" for each in self.broken()]

    def broken(self) -> list[str]:
        with connection.cursor() as cursor:

            def ask(query: str) -> list[tuple[Any, ...]]:
                cursor.execute(query)
                return list(cursor.fetchall())

            return invariants(ask)

    def settle(self) -> None:
        """When the clock has done what was left to it, nothing is left over anywhere."""
        for moment in (LATER, LATER + timedelta(hours=1)):
            for job in ("sweep_meetings", "end_meetings", "remove_orphaned_files", "send_mails"):
                if not run(job, moment).fine:
                    self.problems.append(f"afterwards: the job {job} fails")
        self.problems += [f"afterwards: {each}" for each in self.broken()]
        active = OneOnOneSession.objects.filter(status="active").exclude(zoom_host="")
        meetings = {int(number) for number in active.values_list("zoom_meeting_id", flat=True)}
        names = set(Material.objects.with_file().values_list("stored_name", flat=True))
        media = self.outside.media
        files = {str(each.relative_to(media)) for each in media.rglob("*") if each.is_file()}
        sent = {mail["Message-ID"] for mail in self.outside.mails.mails}
        left = {
            "meetings": set(self.outside.zoom.meetings) ^ meetings,
            "files": files ^ names,
            "orphaned files": OrphanedFile.objects.count(),
            "meetings to end": PendingMeetingEnd.objects.count(),
            "unclear starts": StartAttempt.objects.filter(settled=False).count(),
            "mails that wait": Mail.objects.filter(next_try_at__isnull=False).count(),
            "mails lost": Mail.objects.filter(sent_at__isnull=False).count() - len(sent),
        }
        self.problems += [f"afterwards, {what}: {rest}" for what, rest in left.items() if rest]


@contextmanager
def at_rest() -> Iterator[None]:
    """Without open connections, as it must be where a process forks."""
    connections.close_all()
    yield
    connections.close_all()
