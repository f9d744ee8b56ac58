"""The laboratory, which injects faults into acts and checks the results."""

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

from mail.models import Mail
from materials.models import Material, OrphanedFile
from proof.invariants import invariants
from tests.faults.acts import ACTS, Act, Case
from tests.faults.site import Outside, Reply, run
from zoom.models import OneOnOneSession, PendingMeetingEnd, StartAttempt

WRITE = re.compile(r'(INSERT INTO|UPDATE|DELETE FROM) "(\w+)"')
VERBS = {"INSERT INTO": "INSERT", "UPDATE": "UPDATE", "DELETE FROM": "DELETE"}
# After this time the claim of a process that died in a start has expired, and clients try again.
PATIENCE = timedelta(minutes=1)
# After this time all pending work is due.
LATER = timedelta(hours=2)

Wrapper = Callable[..., Any]


@dataclass
class Statements:
    """Records the number of an act's statements, and its writes."""

    number: int = 0
    writes: set[tuple[str, str]] = field(default_factory=set)

    def __call__(self, execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        self.number += 1
        if found := WRITE.match(sql):
            self.writes.add((VERBS[found[1]], found[2]))
        return execute(sql, params, many, context)


@dataclass
class At:
    """Calls a function before or after the n-th statement, counted from 1."""

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
    """Injects faults into acts, and records the problems.

    Attributes:
        chosen: the names of the acts; all by default.
        step: every n-th of an act's places is tried.
        trials: fault → number of trials.
        unavailable: fault → number of answers other than successes.
        problems: one sentence for each problem.
    """

    outside: Outside
    step: int = 1
    chosen: tuple[str, ...] = ()
    trials: dict[str, int] = field(default_factory=dict)
    unavailable: dict[str, int] = field(default_factory=dict)
    problems: list[str] = field(default_factory=list)
    turn: int = 0

    def acts(self) -> Iterator[tuple[str, Act]]:
        for name, act in ACTS.items():
            if not self.chosen or name in self.chosen:
                yield name, act

    def sampled(self, places: list[Any]) -> list[Any]:
        """Return every n-th place, with another first place for each call."""
        self.turn += 1
        return places[self.turn % self.step :: self.step]

    def healthy(self, name: str, act: Act) -> Statements:
        """Do an act without a fault, check it, and return its statements."""
        case, statements = act.prepare(), Statements()
        with connection.execute_wrapper(statements):
            reply = case.send()
        if not (reply.ok and case.done()):
            self.problems.append(f"{name}, without a fault: {reply}")
        return statements

    def judge(self, fault: str, where: str, act: Act, case: Case, reply: Reply | None) -> None:
        """Check the answer after a fault, the database, the next try, and the database again.

        Args:
            reply: the answer; None if the client got none.
        """
        self.trials[fault] = self.trials.get(fault, 0) + 1
        place = f"{fault}, {where}"
        if reply is not None and not reply.ok:
            self.unavailable[fault] = self.unavailable.get(fault, 0) + 1
            if not reply.unavailable:
                self.problems.append(f"{place}: answered {reply}")
        self.problems += [f"{place}: {each}" for each in self.broken()]
        with time_machine.travel(timezone.now() + PATIENCE):
            again = case.send()
        if not (again.ok or (again.status < 500 and again.code in act.again)):
            self.problems.append(f"{place}, and the next try: {again}")
        elif not case.done():
            self.problems.append(
                f"{place}, and the next try: not done exactly once: {again.status}"
            )
        self.problems += [f"{place}, and the next try: {each}" for each in self.broken()]

    def broken(self) -> list[str]:
        with connection.cursor() as cursor:

            def run_query(query: str) -> list[tuple[Any, ...]]:
                cursor.execute(query)
                return list(cursor.fetchall())

            return invariants(run_query)

    def settle(self) -> None:
        """Run the jobs, and check that nothing is left over."""
        for moment in (LATER, LATER + timedelta(hours=1)):
            for job in ("sweep_meetings", "end_meetings", "remove_orphaned_files", "send_mails"):
                if not run(job, moment).ok:
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
            "unsettled starts": StartAttempt.objects.filter(settled=False).count(),
            "waiting mails": Mail.objects.filter(next_try_at__isnull=False).count(),
            "lost mails": Mail.objects.filter(sent_at__isnull=False).count() - len(sent),
        }
        self.problems += [f"afterwards, {kind}: {rest}" for kind, rest in left.items() if rest]


@contextmanager
def at_rest() -> Iterator[None]:
    """Close all connections before and after the block, which is needed to fork."""
    connections.close_all()
    yield
    connections.close_all()
