"""The results as tables in Markdown, and as JSON."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from statistics import median
from typing import Any

from bench.comparing import Measured, Result

HEAD = (
    "| case | server | requests/s | p50 ms | p99 ms | server ms/1000 | PostgreSQL ms/1000 "
    "| product: requests/s | product: processor |"
)


def middle(rounds: Sequence[Measured], name: str) -> float:
    """The median of the rounds."""
    return float(median(getattr(each, name) for each in rounds))


def ratios(one: Sequence[Measured], other: Sequence[Measured], name: str) -> list[float]:
    """Return the first server's figure divided by the second one's, for each round."""
    pairs = [(getattr(a, name), getattr(b, name)) for a, b in zip(one, other, strict=True)]
    return [ours / theirs if theirs else 0.0 for ours, theirs in pairs]


def spread(values: Sequence[float]) -> str:
    """Return the median and the range."""
    return f"{median(values):.2f} × ({min(values):.2f}–{max(values):.2f})"


def table(results: Sequence[Result]) -> str:
    lines = [HEAD, "|" + "---|" * HEAD.count(" | ") + "---|"]
    for result in results:
        product = result.rounds.get("product")
        for name, rounds in result.rounds.items():
            figures = [
                f"{middle(rounds, 'rate'):.0f}",
                f"{middle(rounds, 'p50'):.1f}",
                f"{middle(rounds, 'p99'):.1f}",
                f"{middle(rounds, 'server_ms'):.0f}",
                f"{middle(rounds, 'database_ms'):.0f}",
            ]
            against = ["", ""]
            if product and name != "product":
                # Above 1, the product answered more requests, or used less processor time.
                against = [
                    spread(ratios(product, rounds, "rate")),
                    spread(ratios(rounds, product, "processor_ms")),
                ]
            lines.append(f"| {' | '.join([result.case, name, *figures, *against])} |")
    return "\n".join(lines + remarks(results))


def table_against(results: Sequence[Result], other: str) -> str:
    """Return the processor time of this checkout and of the other one, and the ratios: above 1,
    this one uses more."""
    columns = [
        f"{part}: {what}"
        for part in ("server ms/1000", "PostgreSQL ms/1000")
        for what in ("now", other, "ratio")
    ]
    lines = [f"| case | {' | '.join(columns)} | both: ratio |", "|---" * 8 + "|"]
    for result in results:
        now, then = result.rounds["product"], result.rounds[other]
        figures = []
        for name in ("server_ms", "database_ms"):
            figures += [f"{middle(rounds, name):.0f}" for rounds in (now, then)]
            figures.append(spread(ratios(now, then, name)))
        figures.append(spread(ratios(now, then, "processor_ms")))
        lines.append(f"| {result.case} | {' | '.join(figures)} |")
    return "\n".join(lines + remarks(results))


def remarks(results: Sequence[Result]) -> list[str]:
    """Return remarks on other answers, on figures with errors, and on writes whose requests ran
    out."""
    found = []
    for result in results:
        if result.difference:
            found.append(f"**{result.case}: the answers differ. {result.difference}**")
        for name, rounds in result.rounds.items():
            errors = sum(each.errors for each in rounds)
            if errors:
                found.append(f"**{result.case}, {name}: {errors} answers were errors.**")
            if any(each.ran_out for each in rounds):
                found.append(f"{result.case}, {name}: all prepared requests were sent early.")
    return ["", *found] if found else []


def as_json(results: Sequence[Result], effort: Any, size: int) -> dict[str, Any]:
    return {
        "sessions": size,
        "effort": asdict(effort),
        "cases": {
            result.case: {
                name: [asdict(each) for each in rounds] for name, rounds in result.rounds.items()
            }
            for result in results
        },
    }
