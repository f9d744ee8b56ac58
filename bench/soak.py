"""Full load for some minutes (`python -m bench soak`), to see whether memory and the number of
database connections grow."""

from __future__ import annotations

import time
from dataclasses import dataclass
from statistics import linear_regression

from bench.cases import CASES, CaseRequests
from bench.client import drive
from bench.comparing import Bench, Effort
from bench.processes import backends, memory_mb, tree

# Reads, and a write that can be repeated.
MIXED = ("list20", "detail", "notifications", "my_sessions", "conversation", "message")
SAMPLE_SECONDS = 5.0
# At first memory grows on every server: caches fill, and code runs for the first time.
SETTLING = 0.2


@dataclass(frozen=True, slots=True)
class Sample:
    """A measurement at a time in seconds: megabytes of all server processes, and connections."""

    second: float
    resident: float
    proportional: float
    connections: int


@dataclass(frozen=True, slots=True)
class Soak:
    """The measurements and the number of requests."""

    samples: list[Sample]
    requests: int
    errors: int

    @property
    def settled(self) -> list[Sample]:
        """The samples after the first fifth of the time."""
        return self.samples[int(len(self.samples) * SETTLING) :]

    @property
    def slope(self) -> float:
        """The growth of the proportional size in megabytes per minute."""
        settled = self.settled
        seconds = [each.second for each in settled]
        return 60 * linear_regression(seconds, [each.proportional for each in settled]).slope


def soak(bench: Bench, effort: Effort, *, minutes: float) -> Soak:
    """Put the product under full load, and measure it every few seconds."""
    server = bench.servers[0]
    parts = [CaseRequests(CASES[name], bench.site).parts(server, 1)[0] for name in MIXED]
    requests = [request for group in zip(*parts, strict=False) for request in group]
    asked = bench.client.submit(
        drive,
        server.port,
        requests,
        seconds=minutes * 60,
        connections=effort.connections,
        repeat=True,
    )
    samples, started = [], time.monotonic()
    while not asked.done():
        samples.append(look(bench, time.monotonic() - started))
        time.sleep(SAMPLE_SECONDS)  # between two samples
    load = asked.result()
    return Soak(samples, load.good + load.errors, load.errors)


def look(bench: Bench, second: float) -> Sample:
    resident, proportional = memory_mb(tree(bench.servers[0].pid))
    connections = len(backends(bench.connection, bench.servers[0].url))
    return Sample(second, resident, proportional, connections)


def summary(done: Soak) -> str:
    first, last = done.settled[0], done.settled[-1]
    most = max(each.connections for each in done.samples)
    return "\n".join(
        [
            f"requests: {done.requests}, errors: {done.errors}",
            f"memory, shared pages counted once: {first.proportional:.1f} MB after settling, "
            f"{last.proportional:.1f} MB at the end, {done.slope:+.2f} MB a minute between",
            f"memory, resident: {first.resident:.1f} MB, {last.resident:.1f} MB",
            f"database connections at most: {most}",
        ]
    )
