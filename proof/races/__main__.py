"""Checks that simultaneous actions oversell and lose nothing.

    python -m proof.races --acts 10000

Joins, leaves, requests, approvals, capacity changes, cancellations and deletions are sent at the
same time, over HTTP to two server processes on PostgreSQL. The exit code is 1 if a row or an answer
is wrong.
"""

from __future__ import annotations

import argparse
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from random import Random

import psycopg

from proof.races.acts import Crowd
from proof.races.checks import wrong_after, wrong_now
from proof.races.journal import Journal
from proof.races.site import Site, fresh_site

DEFAULT_URL = "postgres://postgres@localhost:5432/races_proof"
PEOPLE = 40
# In seconds, between two checks of the rows.
PAUSE = 0.05


class Watch:
    """Checks the rows again and again during the race."""

    def __init__(self, url: str) -> None:
        self.url, self.checks, self.wrong = url, 0, list[str]()
        self.done = threading.Event()

    def run(self) -> None:
        with psycopg.connect(self.url, autocommit=True) as connection:
            while not self.done.wait(PAUSE):
                self.wrong += wrong_now(connection)
                self.checks += 1


def race(site: Site, *, acts: int, connections: int, seed: int) -> list[str]:
    """Run the race, print the results, and return what was wrong."""
    journal, watch = Journal(), Watch(site.url)
    creator = site.register("ines", "instructor")
    people = [site.register(f"racer{number}") for number in range(PEOPLE)]
    crowd = Crowd(site, journal, creator, people, seed)
    with ThreadPoolExecutor(connections + 1) as pool:
        watching = pool.submit(watch.run)
        started = time.perf_counter()
        shares = [acts // connections + (n < acts % connections) for n in range(connections)]
        running = [
            pool.submit(act_often, crowd, share, Random(f"{seed} {number}"))
            for number, share in enumerate(shares)
        ]
        try:
            for each in running:
                each.result()
        finally:
            seconds = time.perf_counter() - started
            watch.done.set()
        watching.result()
    with psycopg.connect(site.url) as connection:
        wrong = watch.wrong + wrong_after(connection, journal) + journal.surprises()
    report(journal, watch.checks, seconds)
    return wrong


def act_often(crowd: Crowd, times: int, rng: Random) -> None:
    for _ in range(times):
        crowd.act(rng)


def report(journal: Journal, checks: int, seconds: float) -> None:
    print(f"{journal.total()} acts in {seconds:.1f} s: {journal.total() / seconds:.0f} per second")
    for (act, status, code), count in sorted(journal.answers.items()):
        print(f"  {act:17} {status} {code:20} {count:6}")
    print(
        f"The rows were checked {checks} times during the race, and against the journal after it."
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n\n")[0])
    parser.add_argument("--acts", type=int, default=10_000)
    parser.add_argument("--connections", type=int, default=24)
    parser.add_argument("--processes", type=int, default=2)
    parser.add_argument("--seed", type=int, default=8)
    parser.add_argument("--url", default=DEFAULT_URL, help="a database that is created and dropped")
    options = parser.parse_args()
    with fresh_site(options.url, processes=options.processes) as site:
        wrong = race(site, acts=options.acts, connections=options.connections, seed=options.seed)
    for each in wrong[:50]:
        print(f"WRONG: {each}")
    print(f"FAILED: {len(wrong)} problems." if wrong else "PASSED: nothing is oversold or lost.")
    sys.exit(bool(wrong))


if __name__ == "__main__":
    main()
