"""Comparing servers (`python -m bench run`). All of them run at the same time and are measured in
turns, so that other load on the machine affects all of them equally."""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Iterator, Sequence
from concurrent.futures import Executor, ProcessPoolExecutor
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from multiprocessing import get_context
from typing import Any

import psycopg

from bench.cases import CASES, Case, CaseRequests, Site
from bench.checkouts import HERE, Checkout
from bench.client import Load, drive
from bench.databases import Databases
from bench.processes import backends, check_same_machine, processor_ms, tree, used_since
from bench.sameness import DifferentAnswerError, difference_between, difference_in_access
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
    """What was measured in one case.

    Attributes:
        rounds: those of each server, by its name.
        difference: where the answers of another checkout differ from this one's; "" if nowhere.
    """

    case: str
    rounds: dict[str, list[Measured]] = field(default_factory=dict)
    difference: str = ""


class Bench:
    """The servers and the client.

    The cases choose their requests from the database of the first server. The other servers use it,
    too, or have one with the same rows.
    """

    def __init__(self, servers: Sequence[Server], client: Executor) -> None:
        url = servers[0].url
        self.servers = servers
        self.client = client
        self.connection: psycopg.Connection[Any] = psycopg.connect(url, autocommit=True)
        check_same_machine(self.connection)
        self.site = Site(self.connection)

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
        connected = backends(self.connection, server.url)
        return processor_ms(tree(server.pid)), processor_ms(connected)

    def compare(self, case: Case, effort: Effort) -> Result:
        """Measure a case on each server that answers it."""
        servers = [each for each in self.servers if case.compared or each.is_product]
        requests = CaseRequests(case, self.site)
        result = Result(case.name, {server.name: [] for server in servers})
        result.difference = self.check(requests, servers)
        how: dict[str, Any] = {"connections": effort.connections, "repeat": case.repeat}
        parts = portions(requests, servers, effort.rounds + 1)
        for server in servers:
            self.drive(server, next(parts[server.name]), seconds=WARM_UP_SECONDS, **how)
        for number in range(effort.rounds):
            for server in servers:
                step = f"{case.name}, round {number + 1} of {effort.rounds}: {server.name}"
                print(f"  {step}", file=sys.stderr, flush=True)
                part = next(parts[server.name])
                measured = self.measure(server, part, seconds=effort.seconds, **how)
                result.rounds[server.name].append(measured)
        return result

    def check(self, requests: CaseRequests, servers: Sequence[Server]) -> str:
        """Compare the other servers' answers with the product's, if it is among them. Return where
        those of another checkout differ, or "".

        Raises:
            DifferentAnswerError: a baseline gives another answer than the product.
        """
        found = ""
        product = next((each for each in servers if each.name == HERE.name), None)
        for server in servers:
            if product and server is not product:
                where = difference_between(requests, product, server)
                if server.is_product:
                    found = found or where
                    continue
                where = where or difference_in_access(requests, server, self.connection)
                if where:
                    raise DifferentAnswerError(f"{server.name}, {where}")
        return found


def portions(
    requests: CaseRequests, servers: Sequence[Server], rounds: int
) -> dict[str, Iterator[list[bytes]]]:
    """Return each server's requests of each round, by the server's name.

    A write can be done only once in a database: servers that share one get different requests, and
    servers that have their own get the same.
    """
    most = max(Counter(server.url for server in servers).values())
    before: Counter[str] = Counter()
    found = {}
    for server in servers:
        parts = requests.parts(server, most * rounds)
        found[server.name] = iter(parts[before[server.url] :: most])
        before[server.url] += 1
    return found


@contextmanager
def benched(
    url: str, names: Sequence[str], *, processes: int, others: Sequence[tuple[Checkout, str]] = ()
) -> Iterator[Bench]:
    """Start these servers on the database, and the client.

    Args:
        others: checkouts whose product is started, too, each with the URL of its own database.
    """
    with ExitStack() as stack:
        # A fresh interpreter: a forked one would inherit the open connections.
        context = get_context("spawn")
        client = stack.enter_context(ProcessPoolExecutor(1, mp_context=context))
        started = [serving(name, url, processes=processes) for name in names]
        started += [
            serving("product", own, processes=processes, checkout=checkout)
            for checkout, own in others
        ]
        bench = Bench([stack.enter_context(server) for server in started], client)
        stack.callback(bench.connection.close)
        yield bench


def compare(
    databases: Databases,
    filled: str,
    names: Sequence[str],
    cases: Sequence[str],
    effort: Effort,
    others: Sequence[tuple[Checkout, str]] = (),
) -> list[Result]:
    """Measure the cases on these servers, on copies of the filled database.

    Args:
        others: checkouts whose product is measured, too, each with the URL of its own filled
            database, which is copied as well.
    """
    results = []
    for group in together([CASES[name] for name in cases]):
        with ExitStack() as stack:
            url = stack.enter_context(databases.copy(filled))
            copies = [
                (checkout, stack.enter_context(databases.copy(own, f"run_{checkout.name}")))
                for checkout, own in others
            ]
            bench = stack.enter_context(
                benched(url, names, processes=effort.processes, others=copies)
            )
            results += [bench.compare(case, effort) for case in group]
    return results


def together(cases: Sequence[Case]) -> list[list[Case]]:
    """Group the cases that share a copy of the database. Each write gets its own copy, since the
    baselines don't update the product's counters."""
    repeated = [case for case in cases if case.repeat]
    return [group for group in (repeated, *([case] for case in cases if not case.repeat)) if group]
