"""Template tags for the admin's lists."""

from __future__ import annotations

from calendar import monthrange
from datetime import date
from itertools import takewhile
from typing import Any

from django import template
from django.db.models import Max, Min
from django.utils import timezone
from django.utils.formats import date_format

register = template.Library()


@register.inclusion_tag("admin/date_hierarchy.html")
def date_hierarchy(cl: Any) -> dict[str, Any]:
    """Render the date hierarchy: years, then months, then days. Unlike Django's it includes empty
    periods, since finding those takes a scan of the table."""
    name = cl.date_hierarchy
    units = ("year", "month", "day")
    values = (cl.params.get(f"{name}__{unit}") for unit in units)
    chosen = [int(text) for text in takewhile(bool, values)]

    def choice(*parts: int, title: str = "All dates") -> dict[str, str]:
        lookups = {f"{name}__{unit}": part for unit, part in zip(units, parts, strict=False)}
        return {"link": cl.get_query_string(lookups, [f"{name}__"]), "title": title}

    if not chosen:
        choices = [choice(year, title=str(year)) for year in years_of(cl)]
        return {"show": True, "back": None, "choices": choices}
    year, *rest = chosen
    if not rest:
        choices = [choice(year, m, title=month_label(year, m)) for m in range(1, 13)]
        return {"show": True, "back": choice(), "choices": choices}
    month, *day = rest
    if not day:
        last = monthrange(year, month)[1]
        choices = [
            choice(year, month, d, title=day_label(year, month, d)) for d in range(1, last + 1)
        ]
        return {"show": True, "back": choice(year, title=str(year)), "choices": choices}
    back = choice(year, month, title=month_label(year, month))
    return {"show": True, "back": back, "choices": [{"title": day_label(year, month, *day)}]}


def years_of(cl: Any) -> range:
    """Return the years from the first row to the last, ignoring the filters."""
    span = cl.root_queryset.order_by().aggregate(
        first=Min(cl.date_hierarchy), last=Max(cl.date_hierarchy)
    )
    if span["first"] is None:
        return range(0)
    first, last = (timezone.localtime(span[end]).year for end in ("first", "last"))
    return range(first, last + 1)


def month_label(year: int, month: int) -> str:
    return date_format(date(year, month, 1), "YEAR_MONTH_FORMAT")


def day_label(year: int, month: int, day: int) -> str:
    return date_format(date(year, month, day), "MONTH_DAY_FORMAT")
