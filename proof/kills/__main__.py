"""The rounds and their results."""

from __future__ import annotations

import argparse
import random
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path
from typing import Any, Protocol

import psycopg

from bench.databases import migrate
from proof.invariants import invariants
from proof.kills.cluster import Cluster, cluster
from proof.kills.parts import Parts
from proof.kills.people import Entry, Journal
from proof.kills.scenes import live, stored

# The jobs leave nothing alone for longer than an hour (a file whose upload is in progress).
TWO_HOURS_LATER = (
    "UPDATE materials_strayfile SET next_try_at = now()",
    "UPDATE zoom_meetingtoend SET next_try_at = now()",
    "UPDATE zoom_startattempt SET created_at = created_at - interval '2 hours'",
)
# The number of acts acknowledged between two kills, so that each kill interrupts people.
ACTS_BETWEEN = 5
LONGEST_ROUND = 120
POSTGRES = "PostgreSQL killed"


class Zoom(Protocol):
    meetings: dict[int, Any]


class Trial:
    """A site with people, and the ways to kill its processes."""

    def __init__(self, site: Parts, database: Cluster, zoom: Zoom, rng: random.Random) -> None:
        self.site, self.database, self.zoom, self.rng = site, database, zoom, rng
        self.journal, self.problems = Journal(), list[str]()
        self.verified = 0
        self.kinds: dict[str, tuple[int, Callable[[], None]]] = {
            "one server process": (10, self.kill_worker),
            "all server processes": (4, lambda: self.site.kill(self.site.workers())),
            POSTGRES: (5, lambda: self.stop_database(by_signal=True)),
            "PostgreSQL, immediate stop": (3, lambda: self.stop_database(by_signal=False)),
            "the scheduler": (2, lambda: self.site.kill_part("scheduler")),
            "the server and its processes": (2, lambda: self.site.kill_part("rest")),
            "everything": (1, self.kill_everything),
        }

    def kill_worker(self) -> None:
        if workers := self.site.workers():
            self.site.kill([self.rng.choice(workers)])

    def stop_database(self, *, by_signal: bool) -> None:
        self.database.kill(by_signal=by_signal)
        self.database.restart()

    def kill_everything(self) -> None:
        self.site.kill_part("rest")
        self.site.kill_part("scheduler")
        self.stop_database(by_signal=True)

    def round(self) -> str:
        """Kill something at a random time, wait until people continue, and check the rows. Return
        the kind of kill."""
        names = list(self.kinds)
        kind = self.rng.choices(names, [self.kinds[each][0] for each in names])[0]
        time.sleep(self.rng.random() * 0.2)  # at any time of an act
        acknowledged = len(self.journal.entries)
        self.kinds[kind][1]()
        self.wait_for(len(self.journal.entries) + ACTS_BETWEEN, kind)
        self.check(acknowledged)
        return kind

    def wait_for(self, number: int, kind: str) -> None:
        deadline = time.monotonic() + LONGEST_ROUND
        while len(self.journal.entries) < number:
            if time.monotonic() > deadline:
                raise SystemExit(f"No answers after {kind}: see {self.site.folder}/site.log")
            time.sleep(0.05)  # before the next look

    def check(self, until: int) -> None:
        """Check all that was acknowledged since the last check, and that nothing is half done."""
        with self.database.connect() as connection:
            for entry in self.journal.entries[self.verified : until]:
                self.verify(connection, entry)
            self.verified = max(self.verified, until)
            with connection.transaction():
                connection.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
                found = invariants(lambda query: connection.execute(query.encode()).fetchall())
        self.problems += [
            f"half done: {each}" for each in found if f"half done: {each}" not in self.problems
        ]

    def verify(self, connection: psycopg.Connection[Any], entry: Entry) -> None:
        row = connection.execute(entry.fact.encode(), entry.values).fetchone()
        good = row is not None and bool(row[0])
        if good and entry.file:
            [name] = connection.execute(entry.file.encode(), entry.values).fetchone() or [""]
            good = stored(self.site.folder / "media", str(name))
        if not good:
            self.problems.append(f"lost: {entry}")

    def settle(self) -> None:
        """Run all jobs, and check that no meeting and no file is left over."""
        for _ in range(3):
            with self.database.connect() as connection:
                for statement in TWO_HOURS_LATER:
                    connection.execute(statement.encode())
            self.site.manage("run_jobs")
        with self.database.connect() as connection:

            def column(query: str) -> set[str]:
                return {str(row[0]) for row in connection.execute(query.encode()).fetchall()}

            live = column(
                "SELECT zoom_meeting_id FROM zoom_oneononesession WHERE status = 'active'"
            )
            names = column("SELECT stored_name FROM materials_material WHERE stored_name <> ''")
        media = self.site.folder / "media"
        files = {str(each.relative_to(media)) for each in media.rglob("*") if each.is_file()}
        left = {"meetings": live ^ set(map(str, self.zoom.meetings)), "files": names ^ files}
        self.problems += [
            f"half done: {kind} left over: {rest}" for kind, rest in left.items() if rest
        ]


def run(rounds: int, clients: int, seed: int) -> Trial:
    from tests.support.fake_zoom import FakeZoom  # noqa: PLC0415  # only needed to run it

    with ExitStack() as stack:
        database = stack.enter_context(cluster())
        migrate(database.url)
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="kills-site-")))
        zoom = stack.enter_context(FakeZoom())
        site = stack.enter_context(Parts(database.url, folder, zoom.environment))
        trial, stopped = Trial(site, database, zoom, random.Random(seed)), threading.Event()
        people = [
            threading.Thread(target=live, args=(site.base, trial.journal, stopped), daemon=True)
            for _ in range(clients)
        ]
        for each in people:
            each.start()
        trial.wait_for(ACTS_BETWEEN, "the start")
        done: Counter[str] = Counter()
        for number in range(rounds):
            done[trial.round()] += 1
            print(
                f"Round {number + 1}: {len(trial.journal.entries)} acknowledged, "
                f"{len(trial.problems)} problems; {dict(done)}",
                file=sys.stderr,
            )
        stopped.set()
        for each in people:
            each.join()
        trial.verified = 0  # check everything once more
        trial.check(len(trial.journal.entries))
        trial.settle()
        trial.problems += zoom.complaints
        return trial


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m proof.kills", description=__doc__)
    parser.add_argument("--rounds", type=int, default=200)
    parser.add_argument("--clients", type=int, default=6)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    began = time.monotonic()
    trial = run(options.rounds, options.clients, options.seed)
    journal = trial.journal
    lost = sum(each.startswith("lost") for each in trial.problems)
    for each in [*trial.problems, *journal.wrong]:
        print(each)
    acts = Counter(entry.act for entry in journal.entries)
    print(f"Acts: {dict(acts.most_common())}; no answer: {dict(journal.unanswered)}")
    print(
        f"Rounds {options.rounds}, acknowledged {len(journal.entries)}, lost {lost}, "
        f"half done {len(trial.problems) - lost}, wrong answers {len(journal.wrong)}, "
        f"{time.monotonic() - began:.0f} seconds, seed {options.seed}"
    )
    sys.exit(bool(trial.problems or journal.wrong))


if __name__ == "__main__":
    main()
