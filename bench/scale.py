"""Latencies at several sizes of the site (`python -m bench scale`), of the product alone, with one
request at a time."""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from statistics import median

from bench.cases import READS, Case, CaseRequest, CaseRequests, Site, details, filters
from bench.comparing import Bench, Effort, benched
from bench.data import template
from bench.databases import Databases, size_name

PAGE = 20


@dataclass(frozen=True, slots=True)
class Curve:
    """The p50 latency of a case in milliseconds, by the number of sessions."""

    name: str
    points: dict[int, float]


def last_page(site: Site) -> list[CaseRequest]:
    ((count,),) = site.rows("SELECT count(*) FROM sessions_app_session")
    return site.by_random_people([f"/api/sessions/?page={(count + PAGE - 1) // PAGE}"])


def requests_for(*paths: str) -> Callable[[Site], list[CaseRequest]]:
    return lambda site: site.by_random_people(list(paths))


CASES = (
    Case("first page", requests_for("/api/sessions/")),
    Case("last page", last_page),
    Case("filtered", lambda site: site.by_random_people(filters(site))),
    Case(
        "search", requests_for(*(f"/api/sessions/?search={word}" for word in ("calculus", "music")))
    ),
    Case("search, no hit", requests_for("/api/sessions/?search=zymurgy")),
    Case("subject", requests_for("/api/sessions/?subject=chem")),
    Case("subject, no hit", requests_for("/api/sessions/?subject=zymurgy")),
    Case("detail", details),
)


def measure(databases: Databases, sizes: Sequence[int], effort: Effort) -> list[Curve]:
    """Return a curve for each case. The sizes are measured one after the other."""
    curves = [Curve(case.name, {}) for case in CASES]
    for size in sizes:
        filled = template(databases, size)
        with (
            databases.copy(filled) as url,
            benched(url, ["product"], processes=effort.processes) as bench,
        ):
            for case, curve in zip(CASES, curves, strict=True):
                print(f"  {size_name(size)}: {case.name}", file=sys.stderr, flush=True)
                curve.points[size] = latency(bench, case, effort)
    return curves


def latency(bench: Bench, case: Case, effort: Effort) -> float:
    """Return the median of the rounds' p50, in milliseconds, after one round to warm up.

    Raises:
        RuntimeError: an answer was an error.
    """
    requests = CaseRequests(case, bench.site).parts(bench.servers[0], 1)[0][:READS]
    how = {"seconds": effort.seconds, "connections": effort.connections, "repeat": True}
    rounds = [bench.measure(bench.servers[0], requests, **how) for _ in range(effort.rounds + 1)]
    if any(each.errors for each in rounds):
        raise RuntimeError(f"{case.name}: some answers were errors.")
    return median(each.p50 for each in rounds[1:])


def table(curves: Sequence[Curve]) -> str:
    sizes = list(curves[0].points)
    lines = [
        "| p50, ms | "
        + " | ".join(f"{size_name(size)} sessions" for size in sizes)
        + " | growth |",
        "|---" * (len(sizes) + 2) + "|",
    ]
    for curve in curves:
        figures = [f"{curve.points[size]:.1f}" for size in sizes]
        growth = curve.points[sizes[-1]] / curve.points[sizes[0]]
        lines.append(f"| {curve.name} | {' | '.join(figures)} | {growth:.2f} × |")
    return "\n".join(lines)
