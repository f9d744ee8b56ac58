"""Bar charts as lists of rectangles, which a template renders as SVG without JavaScript."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import TypedDict

from operations.dashboard.figures import Series
from operations.dashboard.periods import Period

# In units of the SVG, which is stretched to the page's width.
BAR, GAP, HEIGHT = 8, 2, 100
# The most bars that can be distinguished on a phone; longer periods are shown by weeks.
MAX_DAYS = 92
WEEK = 7


class Part(TypedDict):
    """A part of a bar. `kind` is the number of its colour, from 1."""

    kind: int
    y: float
    height: float


class Bar(TypedDict):
    """A day or a week. `numbers` are in the order of the legend."""

    label: str
    x: int
    numbers: list[int]
    text: str
    parts: list[Part]


class Chart(TypedDict):
    """One chart. `top` is the number at its upper edge, `width` is in units of the SVG."""

    title: str
    legend: list[str]
    top: str
    width: int
    bars: list[Bar]
    is_weekly: bool


def draw(title: str, series: Mapping[str, Series], period: Period) -> Chart:
    """Return a chart with a bar for each day or week, which stacks the series from the bottom."""
    groups = split(period.days)
    numbers = [
        [sum(each.get(day, 0) for day in days) for each in series.values()] for days in groups
    ]
    top = round_up(max(map(sum, numbers)))
    return {
        "title": title,
        "legend": list(series),
        "top": f"{top:,}",
        "width": len(groups) * (BAR + GAP),
        "bars": [
            draw_bar(number, days, counts, list(series), top)
            for number, (days, counts) in enumerate(zip(groups, numbers, strict=True))
        ],
        "is_weekly": period.length > MAX_DAYS,
    }


def split(days: list[date]) -> list[list[date]]:
    """Return the days of each bar; the last week may be shorter."""
    size = WEEK if len(days) > MAX_DAYS else 1
    return [days[start : start + size] for start in range(0, len(days), size)]


def draw_bar(number: int, days: list[date], counts: list[int], legend: list[str], top: int) -> Bar:
    label = in_words(days)
    listed = ", ".join(
        f"{name.lower()} {count:,}" for name, count in zip(legend, counts, strict=True)
    )
    return {
        "label": label,
        "x": number * (BAR + GAP) + GAP // 2,
        "numbers": counts,
        "text": f"{label}: {listed}",
        "parts": stack(counts, top),
    }


def stack(counts: list[int], top: int) -> list[Part]:
    parts: list[Part] = []
    y = float(HEIGHT)
    for kind, count in enumerate(counts, start=1):
        height = round(HEIGHT * count / top, 2)
        y = round(y - height, 2)
        if count:
            parts.append({"kind": kind, "y": y, "height": height})
    return parts


def in_words(days: list[date]) -> str:
    first, last = days[0], days[-1]
    return f"{first:%-d %b %Y}" if first == last else f"{first:%-d %b} to {last:%-d %b %Y}"


def round_up(number: int) -> int:
    """Return the next higher number of the form 1, 2 or 5 followed by zeros."""
    scale = 1
    while True:
        for step in (1, 2, 5):
            if step * scale >= number:
                return step * scale
        scale *= 10
