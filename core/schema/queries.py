"""What a list's query may say: its filters, and which part of the list is asked for."""

from __future__ import annotations

from typing import Any

import django_filters

from core.fields import MAX_ID

# One value or several, separated by commas.
SEVERAL = {"style": "form", "explode": False}


def filter_parameter(name: str, asked: django_filters.Filter) -> dict[str, Any]:
    """A filter, by the `shape` that its class states, its choices, or as a text."""
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
        number_parameter("page", "The number of a page, from 1."),
        number_parameter("page_size", f"Items on a page: {size} unless told, {most} at most."),
    ]


def array_parameters(*, newest_first: bool) -> list[dict[str, Any]]:
    start = "before" if newest_first else "after"
    return [
        number_parameter("limit", "How many items; 100 unless told, and at most."),
        number_parameter(start, f"The id of an item: the list goes on {start} it.", maximum=MAX_ID),
    ]


def number_parameter(name: str, text: str, **bounds: int) -> dict[str, Any]:
    return parameter(name, text, {"type": "integer", "minimum": 1} | bounds)


def parameter(name: str, text: str, schema: dict[str, Any]) -> dict[str, Any]:
    """An empty value is as if absent (contract C7)."""
    return {
        "in": "query",
        "name": name,
        "schema": schema,
        "allowEmptyValue": True,
        "description": text,
    }
