"""Comparing servers (`python -m bench run`). All of them run at the same time and are measured in
turns, so that other load on the machine affects all of them equally."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from concurrent.futures import Executor, ProcessPoolExecutor
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from multiprocessing import get_context
from typing import Any

import psycopg

from bench.cases import CASES, Case, CaseRequests, Site
from bench.client import Load, drive
from bench.databases import Databases
from bench.processes import backends, check_same_machine, processor_ms, tree, used_since
from bench.sameness import check
from bench.servers import Server, serving

WARM_UP_SECONDS = 1.0


@dataclass(frozen=True, slots=True)
class Effort:
    """How much is measured: seconds and rounds for each server and case, the number of connections,
    and of processes of each server."""

    seconds: float
    rounds: int
    connections: int
    processes: int


@dataclass(frozen=True, slots=True)
class Measured:
    """One round of one server: answers per second, latencies in milliseconds, and milliseconds of
    processor time for a thousand successful answers."""

    rate: float
    p50: float
    p99: float
    server_ms: float
    database_ms: float
    errors: int
    ran_out: bool

    @property
    def processor_ms(self) -> float:
        return self.server_ms + self.database_ms


@dataclass
class Result:
    """The rounds of each server for one case, by the server's name."""

    case: str
    rounds: dict[str, list[Measured]] = field(default_factory=dict)


class Bench:
    """The servers on one database, and the client."""

    def __init__(self, url: str, servers: Sequence[Server], client: Executor) -> None:
        self.url = url
        self.servers = servers
        self.client = client
        self.connection: psycopg.Connection[Any] = psycopg.connect(url, autocommit=True)
        check_same_machine(self.connection)
        self.site = Site(self.connection, url)

    def drive(self, server: Server, requests: list[bytes], **how: Any) -> Load:
        """Run `client.drive` in the client's process; `how` has its keyword arguments."""
        return self.client.submit(drive, server.port, requests, **how).result()

    def measure(self, server: Server, requests: list[bytes], **how: Any) -> Measured:
        before = self.used(server)
        load = self.drive(server, requests, **how)
        spent = [used_since(old, new) for old, new in zip(before, self.used(server), strict=True)]
        thousands = max(load.good, 1) / 1000
        return Measured(
            rate=load.good / load.seconds if load.seconds else 0.0,
            p50=load.percentile(0.50),
            p99=load.percentile(0.99),
            server_ms=spent[0] / thousands,
            database_ms=spent[1] / thousands,
            errors=load.errors,
            ran_out=load.ran_out,
        )

    def used(self, server: Server) -> tuple[dict[int, float], dict[int, float]]:
        """Return the processor time of the server's processes, and of PostgreSQL's, so far."""
        return processor_ms(tree(server.pid)), processor_ms(backends(self.connection, self.url))

    def compare(self, case: Case, effort: Effort) -> Result:
        """Measure a case on each server that answers it."""
        servers = [each for each in self.servers if case.compared or each.name == "product"]
        requests = CaseRequests(case, self.site)
        product = [each for each in servers if each.name == "product"]
        if product:
            check(requests, product[0], [each for each in servers if each.name != "product"])
        how: dict[str, Any] = {"connections": effort.connections, "repeat": case.repeat}
        parts = iter(requests.parts(len(servers) * (effort.rounds + 1)))
        for server in servers:
            self.drive(server, next(parts), seconds=WARM_UP_SECONDS, **how)
        result = Result(case.name, {server.name: [] for server in servers})
        for number in range(effort.rounds):
            for server in servers:
                step = f"{case.name}, round {number + 1} of {effort.rounds}: {server.name}"
                print(f"  {step}", file=sys.stderr, flush=True)
                measured = self.measure(server, next(parts), seconds=effort.seconds, **how)
                result.rounds[server.name].append(measured)
        return result


@contextmanager
def benched(url: str, names: Sequence[str], *, processes: int) -> Iterator[Bench]:
    """Start these servers on the database, and the client."""
    with ExitStack() as stack:
        # A fresh interpreter: a forked one would inherit the open connections.
        context = get_context("spawn")
        client = stack.enter_context(ProcessPoolExecutor(1, mp_context=context))
        servers = [stack.enter_context(serving(name, url, processes=processes)) for name in names]
        bench = Bench(url, servers, client)
        stack.callback(bench.connection.close)
        yield bench


def compare(
    databases: Databases, filled: str, names: Sequence[str], cases: Sequence[str], effort: Effort
) -> list[Result]:
    """Measure the cases on these servers, on copies of the filled database."""
    results = []
    for group in together([CASES[name] for name in cases]):
        with (
            databases.copy(filled) as url,
            benched(url, names, processes=effort.processes) as bench,
        ):
            results += [bench.compare(case, effort) for case in group]
    return results


def together(cases: Sequence[Case]) -> list[list[Case]]:
    """Group the cases that share a copy of the database. Each write gets its own copy, since the
    baselines don't update the product's counters."""
    repeated = [case for case in cases if case.repeat]
    return [group for group in (repeated, *([case] for case in cases if not case.repeat)) if group]
