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


def ratios(product: Sequence[Measured], other: Sequence[Measured], name: str) -> list[float]:
    """Return the product's advantage for each round: above 1 it answered more requests, or used
    less processor time."""
    pairs = zip(product, other, strict=True)
    if name == "rate":
        return [ours.rate / theirs.rate if theirs.rate else 0.0 for ours, theirs in pairs]
    return [
        theirs.processor_ms / ours.processor_ms if ours.processor_ms else 0.0
        for ours, theirs in pairs
    ]


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
                against = [spread(ratios(product, rounds, of)) for of in ("rate", "processor_ms")]
            lines.append(f"| {' | '.join([result.case, name, *figures, *against])} |")
    return "\n".join(lines + remarks(results))


def remarks(results: Sequence[Result]) -> list[str]:
    """Return remarks on figures with errors, and on writes whose requests ran out."""
    found = []
    for result in results:
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
