"""What an answer costs when the site grows (`python -m bench scale`): the product alone, asked by
one client at a time, at several sizes."""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from statistics import median

from bench.cases import READS, Ask, Asks, Case, Site, details, filters
from bench.comparing import Bench, Effort, benched
from bench.data import template
from bench.databases import Databases, size_name

PAGE = 20


@dataclass(frozen=True, slots=True)
class Curve:
    """Of one question: milliseconds until the answer, p50, by the number of sessions."""

    name: str
    points: dict[int, float]


def last_page(site: Site) -> list[Ask]:
    ((count,),) = site.rows("SELECT count(*) FROM sessions_app_session")
    return site.asked_by_anybody([f"/api/sessions/?page={(count + PAGE - 1) // PAGE}"])


def anybody(*paths: str) -> Callable[[Site], list[Ask]]:
    return lambda site: site.asked_by_anybody(list(paths))


CASES = (
    Case("first page", anybody("/api/sessions/")),
    Case("last page", last_page),
    Case("filtered", lambda site: site.asked_by_anybody(filters(site))),
    Case("search", anybody(*(f"/api/sessions/?search={word}" for word in ("calculus", "music")))),
    Case("search, no hit", anybody("/api/sessions/?search=zymurgy")),
    Case("subject", anybody("/api/sessions/?subject=chem")),
    Case("subject, no hit", anybody("/api/sessions/?subject=zymurgy")),
    Case("detail", details),
)


def measure(databases: Databases, sizes: Sequence[int], effort: Effort) -> list[Curve]:
    """A curve for each question; the sizes one after the other."""
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
    """The median of the rounds' p50, in milliseconds; the first round is to warm up.

    Raises:
        RuntimeError: if an answer wasn't a good one.
    """
    requests = Asks(case, bench.site).parts(1)[0][:READS]
    how = {"seconds": effort.seconds, "connections": effort.connections, "repeat": True}
    rounds = [bench.measure(bench.servers[0], requests, **how) for _ in range(effort.rounds + 1)]
    if any(each.errors for each in rounds):
        raise RuntimeError(f"{case.name}: not every answer was a good one.")
    return median(each.p50 for each in rounds[1:])


def table(curves: Sequence[Curve]) -> str:
    sizes = list(curves[0].points)
    lines = [
        "| p50, ms | " + " | ".join(f"{size_name(size)} sessions" for size in sizes) + " | grows |",
        "|---" * (len(sizes) + 2) + "|",
    ]
    for curve in curves:
        figures = [f"{curve.points[size]:.1f}" for size in sizes]
        growth = curve.points[sizes[-1]] / curve.points[sizes[0]]
        lines.append(f"| {curve.name} | {' | '.join(figures)} | {growth:.2f} × |")
    return "\n".join(lines)
