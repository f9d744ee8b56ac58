"""The query parameters of lists: filters, pages and limits."""

from __future__ import annotations

from typing import Any

import django_filters

from core.api.fields import MAX_ID

# One value or several, separated by commas.
SEVERAL = {"style": "form", "explode": False}


def filter_parameter(name: str, asked: django_filters.Filter) -> dict[str, Any]:
    """Describe a filter by the `shape` of its class or by its choices, else as a text."""
    schema: dict[str, Any] = {"type": "string"}
    if isinstance(asked, django_filters.OrderingFilter):
        options = [value for value, _ in asked.extra["choices"]]
        schema = {"type": "array", "items": {"type": "string", "enum": options}}
    elif isinstance(asked, django_filters.ChoiceFilter):
        schema = schema | {"enum": [value for value, _ in asked.extra["choices"]]}
    schema = getattr(asked, "shape", schema) | bounds(asked)
    described = parameter(name, str(asked.label), schema)
    if asked.extra["required"]:
        described = described | {"required": True, "allowEmptyValue": False}
    return described | (SEVERAL if schema.get("type") == "array" else {})


def bounds(asked: django_filters.Filter) -> dict[str, int]:
    lengths = {"minLength": "min_length", "maxLength": "max_length"}
    return {key: asked.extra[name] for key, name in lengths.items() if name in asked.extra}


def page_parameters(size: int, most: int) -> list[dict[str, Any]]:
    return [
        number_parameter("page", "The number of the page, starting at 1."),
        number_parameter("page_size", f"Items on a page: {size} by default, at most {most}."),
    ]


def array_parameters(*, newest_first: bool) -> list[dict[str, Any]]:
    start, order = ("before", "older") if newest_first else ("after", "newer")
    text = f"The id of the last item that you have: the list continues with {order} ones."
    return [
        number_parameter("limit", "The number of items: 100 by default, which is the maximum."),
        number_parameter(start, text, maximum=MAX_ID),
    ]


def number_parameter(name: str, text: str, **bounds: int) -> dict[str, Any]:
    return parameter(name, text, {"type": "integer", "minimum": 1} | bounds)


def parameter(name: str, text: str, schema: dict[str, Any]) -> dict[str, Any]:
    """Describe a query parameter. An empty value counts as absent (contract C7)."""
    return {
        "in": "query",
        "name": name,
        "schema": schema,
        "allowEmptyValue": True,
        "description": text,
    }
