"""Checks that requests designed to be expensive don't slow down other clients.

    DATABASE_URL=postgres://… python -m proof.attacks --slices 10

A server of two processes has eight ordinary clients and one attacker, who sends one request after
the other: in turns the hostile one and a harmless one of the same size, for half a second each. The
check compares the 99th percentile of the eight clients' latencies, and shows the latencies of the
attacker's own requests. An attack that seems to exceed the limit is measured up to four times as
long, since other programs may use the machine, too. The database `…_attacks`, next to the one in
the URL, is created for this and dropped.
"""

from __future__ import annotations

import argparse
import http.client
import os
import random
import tempfile
import threading
import time
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from statistics import median

import django

from bench.databases import DEFAULT_URL, create, drop, name_of, on
from proof.attack_list import Attack, Request, attacks
from proof.repeats import PORT, environment, served

CLIENTS = 8
# The largest allowed ratio of the 99th percentiles.
LIMIT = 1.5
# In seconds: the length of a slice, and the interval between an ordinary client's requests.
SLICE, PACE = 0.5, 0.08
# In seconds, until each process has compiled its queries.
WARM_UP = 5
# An attack that exceeds the limit is measured this many times as long at most.
MAX_REPEATS = 4
KINDS = ("harmless", "hostile")


class Sender:
    """One connection, opened again after the server has closed it."""

    def __init__(self) -> None:
        self.connection = http.client.HTTPConnection("127.0.0.1", PORT, timeout=120)

    def send(self, request: Request) -> tuple[int, float]:
        """Return (status, milliseconds); the status is 0 if the server closed the connection."""
        began = time.perf_counter()
        try:
            self.connection.putrequest(
                request.method, request.path, skip_host="Host" in request.headers
            )
            for name, value in request.headers.items():
                self.connection.putheader(name, value.encode("latin-1"))
            self.connection.putheader("Content-Length", str(len(request.body)))
            self.connection.endheaders(request.body)
            answer = self.connection.getresponse()
            answer.read()
            status = answer.status
        except (OSError, http.client.HTTPException):
            self.connection.close()
            status = 0
        return status, (time.perf_counter() - began) * 1000


class Clients:
    """Eight people who read and write at a fixed rate, each about ten times per second.

    A latency counts from the time at which the request was due, even if the one before it delayed
    it. Otherwise a server that stops answering would cost each person only one slow request.
    """

    def __init__(self, requests: list[list[Request]]) -> None:
        self.kind, self.began, self.until = "", 0.0, 0.0
        self.waits: dict[str, list[float]] = defaultdict(list)
        self.failed = 0
        self.start, self.finish = (threading.Barrier(len(requests) + 1) for _ in range(2))
        for each in enumerate(requests):
            threading.Thread(target=self.act, args=each, daemon=True).start()

    def act(self, number: int, requests: list[Request]) -> None:
        sender, rng = Sender(), random.Random(number)
        while True:
            self.start.wait()
            due = self.began + PACE * number / CLIENTS
            while due < self.until:
                time.sleep(max(0, due - time.monotonic()))
                status, _ = sender.send(rng.choice(requests))
                self.waits[self.kind].append((time.monotonic() - due) * 1000)
                self.failed += not 200 <= status < 300
                due += PACE
            self.finish.wait()

    @contextmanager
    def asking(self, kind: str) -> Iterator[None]:
        """The clients send requests during the block. It ends when all of them are answered."""
        self.kind, self.began, self.until = kind, time.monotonic(), float("inf")
        self.start.wait()
        try:
            yield
        finally:
            self.until = time.monotonic()
            self.finish.wait()


def compare(attack: Attack, clients: Clients, slices: int) -> tuple[float, str]:
    """Return (the ratio of the 99th percentiles, a row of the table)."""
    clients.waits.clear()
    sender, taken, statuses = Sender(), defaultdict[str, list[float]](list), set[int]()
    ratio, done = 0.0, 0
    while done < slices * MAX_REPEATS:
        for kind in [kind for _ in range(slices) for kind in random.sample(KINDS, 2)]:
            request: Request = getattr(attack, kind)
            with clients.asking(kind):
                until = time.monotonic() + SLICE
                while time.monotonic() < until:
                    status, took = sender.send(request)
                    taken[kind].append(took)
                    statuses |= {status} if kind == "hostile" else set()
        done += slices
        p99 = {kind: percentile(clients.waits[kind]) for kind in KINDS}
        ratio = p99["hostile"] / p99["harmless"]
        if ratio <= LIMIT:
            break
    own = {kind: median(taken[kind]) for kind in KINDS}
    return ratio, (
        f"| {attack.name} | {shown(statuses)} | {own['harmless']:.1f} | {own['hostile']:.1f} | "
        f"{p99['harmless']:.1f} | {p99['hostile']:.1f} | {ratio:.2f} × | "
        f"{len(clients.waits['hostile'])} |"
    )


def percentile(waits: list[float]) -> float:
    return sorted(waits)[int(len(waits) * 0.99)]


def shown(statuses: set[int]) -> str:
    return ", ".join(str(each or "closed") for each in sorted(statuses))


def prove(slices: int, names: list[str]) -> bool:
    from proof.attack_scene import scene  # noqa: PLC0415  # needs Django's set-up

    target, requests = scene(CLIENTS)
    clients = Clients(requests)
    chosen = [each for each in attacks(target) if not names or each.name in names]
    with clients.asking("warm-up"):
        time.sleep(WARM_UP)
    print(
        "| attack | statuses | harmless | hostile | p99 with harmless | with hostile | ratio | n |"
    )
    print("|---|---|---|---|---|---|---|---|")
    over = []
    for attack in chosen:
        ratio, row = compare(attack, clients, slices)
        print(row, flush=True)
        over += [attack.name] * (ratio > LIMIT)
    good = not (over or clients.failed)
    print(
        f"{'PASSED' if good else 'FAILED'}: {len(chosen)} attacks, {len(over)} over {LIMIT} × "
        f"({', '.join(over) or 'none'}); {clients.failed} requests of the other clients failed"
    )
    return good


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument(
        "--slices", type=int, default=10, help="number for each kind, half a second each"
    )
    parser.add_argument(
        "--attack", action="append", default=[], help="the name of an attack: run only this one"
    )
    options = parser.parse_args()
    server = os.environ.get("DATABASE_URL", DEFAULT_URL)
    url = on(server, f"{name_of(server)}_attacks")
    drop(url)
    create(url)
    try:
        with tempfile.TemporaryDirectory() as folder:
            os.environ.update(environment(url) | {"MEDIA_ROOT": folder})
            django.setup()
            with (Path(folder) / "server.log").open("w") as log, served(log):
                good = prove(options.slices, options.attack)
    finally:
        drop(url)
    raise SystemExit(not good)


if __name__ == "__main__":
    main()
