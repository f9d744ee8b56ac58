"""JSON Schema for the TypedDicts that representations build, and for lists."""

from __future__ import annotations

import inspect
import types
from datetime import datetime
from typing import (
    Annotated,
    Any,
    Literal,
    NotRequired,
    TypedDict,
    Union,
    get_args,
    get_origin,
    get_type_hints,
    is_typeddict,
)

from drf_spectacular.plumbing import ResolvedComponent

JSON_TYPES: dict[Any, dict[str, Any]] = {
    str: {"type": "string"},
    int: {"type": "integer"},
    bool: {"type": "boolean"},
    bytes: {"type": "string", "format": "binary"},
    datetime: {"type": "string", "format": "date-time"},
}


LINK_HEADER = {
    "description": 'The address of the next items, as `<…>; rel="next"`, if there are more.',
    "schema": {"type": "string"},
}
RETRY_HEADER = {"description": "Seconds to wait.", "schema": {"type": "integer"}}
REPLAYED_HEADER = {
    "description": "`true` if an earlier request with this key got this answer.",
    "schema": {"type": "string", "enum": ["true"]},
}
KEY_PARAMETER = {
    "in": "header",
    "name": "Idempotency-Key",
    "description": "A value of your own, such as a UUID: use the same one each time you send this "
    "request, and it is carried out once. Ignored when the body is a multipart form.",
    "schema": {"type": "string", "pattern": "^[ -~]{1,255}$"},
}


class ErrorObject(TypedDict):
    """The body of every error."""

    error: Annotated[str, "One sentence for a person."]
    code: Annotated[str, "A stable code for programs, from the table of error codes."]
    fields: NotRequired[
        Annotated[dict[str, list[str]], "For a `validation_error`: the sentences about each field."]
    ]


def json_schema(shape: Any, registry: Any) -> dict[str, Any]:
    """Return the JSON Schema of a type; a TypedDict becomes a component of its own."""
    if shape in JSON_TYPES:
        return dict(JSON_TYPES[shape])
    if is_typeddict(shape):
        return component_of(shape, registry)
    origin, args = get_origin(shape), get_args(shape)
    if origin is Annotated:
        return annotated(json_schema(args[0], registry), args[1:])
    if origin is NotRequired:
        return json_schema(args[0], registry)
    if origin is Literal:
        return {"type": "string", "enum": list(args)}
    if origin is list:
        return {"type": "array", "items": json_schema(args[0], registry)}
    if origin is dict:
        return {"type": "object", "additionalProperties": json_schema(args[1], registry)}
    if origin in {Union, types.UnionType}:
        return nullable(args, registry)
    raise TypeError(f"No JSON Schema is known for {shape!r}.")


def nullable(args: tuple[Any, ...], registry: Any) -> dict[str, Any]:
    options = [json_schema(arg, registry) for arg in args if arg is not types.NoneType]
    return {"oneOf": [*options, {"type": "null"}]}


def component_of(shape: Any, registry: Any) -> dict[str, Any]:
    component = ResolvedComponent(  # type: ignore[no-untyped-call]  # theirs
        name=shape.__name__.removesuffix("Object"), type=ResolvedComponent.SCHEMA, object=shape
    )
    if component not in registry:
        registry.register(component)
        hints = get_type_hints(shape, include_extras=True)
        component.schema = {
            "type": "object",
            "description": inspect.getdoc(shape),
            "properties": {name: json_schema(hint, registry) for name, hint in hints.items()},
            "required": sorted(required_keys(shape, hints)),
        }
    ref: dict[str, Any] = registry[component].ref
    return ref


def required_keys(shape: Any, hints: dict[str, Any]) -> set[str]:
    """Return the keys that a TypedDict always has. `__required_keys__` alone is not enough: it
    misses `NotRequired` in modules with `from __future__ import annotations`."""
    optional = {name for name, hint in hints.items() if get_origin(hint) is NotRequired}
    return set(shape.__required_keys__) - optional


def annotated(schema: dict[str, Any], notes: tuple[Any, ...]) -> dict[str, Any]:
    """Add what a type is annotated with: a description, or the texts that it can be, such as a
    `TextChoices`."""
    for note in notes:
        if isinstance(note, str):
            schema = described(schema, note)
        else:
            schema = schema | {"enum": [str(text) for text in note]}
    return schema


def described(schema: dict[str, Any], text: str) -> dict[str, Any]:
    return (
        {"allOf": [schema], "description": text}
        if "$ref" in schema
        else schema | {"description": text}
    )


def page_of(schema: dict[str, Any], also: dict[str, Any]) -> dict[str, Any]:
    address = {"oneOf": [{"type": "string", "format": "uri"}, {"type": "null"}]}
    return {
        "type": "object",
        "properties": {
            "count": {"type": "integer", "description": "Items on all pages."},
            "next": address,
            "previous": address,
            "results": {"type": "array", "items": schema},
            **also,
        },
        "required": ["count", "next", "previous", "results", *also],
    }
