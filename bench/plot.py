"""A plot of curves over two logarithmic axes, as SVG."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from xml.sax.saxutils import escape

from bench.databases import size_name
from bench.scale import Curve

WIDTH, HEIGHT = 760, 440
LEFT, RIGHT, TOP, BOTTOM = 70, 170, 50, 60
# Colours that people with colour blindness can tell apart (Okabe and Ito's palette).
COLOURS = (
    "#0072b2",
    "#d55e00",
    "#009e73",
    "#cc79a7",
    "#e69f00",
    "#56b4e9",
    "#000000",
    "#7f7f7f",
)
LABEL_HEIGHT = 16


class Axis:
    """A logarithmic axis from the smallest to the largest value, over a number of pixels."""

    def __init__(self, values: Iterable[float], start: float, end: float) -> None:
        logs = [math.log10(value) for value in values]
        self.low, self.high = min(logs), max(logs)
        self.start, self.end = start, end

    def at(self, value: float) -> float:
        span = self.high - self.low or 1
        return self.start + (math.log10(value) - self.low) / span * (self.end - self.start)


def powers(values: Sequence[float]) -> list[float]:
    """Return the powers of ten around the values."""
    low = math.floor(math.log10(min(values)))
    high = max(math.ceil(math.log10(max(values))), low + 1)
    return [10.0**power for power in range(low, high + 1)]


def text(x: float, y: float, content: str, anchor: str = "middle", style: str = "") -> str:
    return f'<text x="{x:.0f}" y="{y:.0f}" text-anchor="{anchor}"{style}>{escape(content)}</text>'


def draw(curves: Sequence[Curve], title: str) -> str:
    """Return the SVG, with a white background for light and dark pages."""
    sizes = list(curves[0].points)
    ticks = powers([value for curve in curves for value in curve.points.values()])
    across = Axis(sizes, LEFT, WIDTH - RIGHT)
    up = Axis(ticks, HEIGHT - BOTTOM, TOP)
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" role="img"'
        ' font-family="system-ui, sans-serif" font-size="12">',
        f"<title>{escape(title)}</title>",
        f'<rect width="{WIDTH}" height="{HEIGHT}" fill="#ffffff"/>',
        text(LEFT, 26, title, "start", ' font-size="15" font-weight="bold"'),
        *grid(sizes, ticks, across, up),
        *lines(curves, across, up),
        "</svg>",
    ]
    return "\n".join(parts) + "\n"


def grid(sizes: Sequence[int], ticks: Sequence[float], across: Axis, up: Axis) -> list[str]:
    found = []
    for tick in ticks:
        y = up.at(tick)
        found.append(f'<path d="M{across.start} {y:.1f}H{across.end}" stroke="#dddddd"/>')
        found.append(text(across.start - 8, y + 4, f"{tick:g} ms", "end"))
    for size in sizes:
        found.append(text(across.at(size), up.start + 20, size_name(size)))
    middle = (across.start + across.end) / 2
    return [*found, text(middle, up.start + 44, "sessions (both axes are logarithmic)")]


def lines(curves: Sequence[Curve], across: Axis, up: Axis) -> list[str]:
    found = []
    heights = label_heights(
        [up.at(list(curve.points.values())[-1]) for curve in curves], HEIGHT - BOTTOM
    )
    for number, (curve, height) in enumerate(zip(curves, heights, strict=True)):
        colour = COLOURS[number % len(COLOURS)]
        points = [(across.at(size), up.at(value)) for size, value in curve.points.items()]
        path = " ".join(f"{x:.1f},{y:.1f}" for x, y in points)
        found.append(f'<polyline points="{path}" fill="none" stroke="{colour}" stroke-width="2"/>')
        found += [f'<circle cx="{x:.1f}" cy="{y:.1f}" r="3" fill="{colour}"/>' for x, y in points]
        x, y = points[-1]
        found.append(
            f'<path d="M{x + 4:.1f} {y:.1f}L{x + 14:.1f} {height:.1f}" stroke="{colour}"/>'
        )
        found.append(text(x + 18, height + 4, curve.name, "start", f' fill="{colour}"'))
    return found


def label_heights(wanted: Sequence[float], lowest: float) -> list[float]:
    """Return the labels' positions: near the ends of the lines, without overlaps, none too low."""
    heights = list(wanted)
    order = sorted(range(len(wanted)), key=lambda number: wanted[number])
    free = -math.inf
    for number in order:
        heights[number] = max(wanted[number], free)
        free = heights[number] + LABEL_HEIGHT
    free = lowest
    for number in reversed(order):
        heights[number] = min(heights[number], free)
        free = heights[number] - LABEL_HEIGHT
    return heights
