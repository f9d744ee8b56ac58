"""The API's description, drawn from what the code declares: summaries from docstrings, bodies
from `inputs`, answers from the TypedDicts in `answers`, errors from the table of actions.

The shapes of answers are declared once, as TypedDicts: mypy holds the representations to them,
and this module makes their JSON Schema.
"""

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

from drf_spectacular.openapi import AutoSchema
from drf_spectacular.plumbing import ResolvedComponent

from core import errors
from core.errors import REGISTRY, ErrorCode
from core.fields import MAX_ID

JSON_TYPES: dict[Any, dict[str, Any]] = {
    str: {"type": "string"},
    int: {"type": "integer"},
    bool: {"type": "boolean"},
    datetime: {"type": "string", "format": "date-time"},
}


class ErrorObject(TypedDict):
    """What every error is answered with."""

    error: Annotated[str, "One sentence for a person."]
    code: Annotated[str, "Stable, for a program: one of the table of error codes."]
    fields: NotRequired[
        Annotated[dict[str, list[str]], "With `validation_error`: the sentences of each field."]
    ]


class Schema(AutoSchema):
    """drf-spectacular's schema for `core.views.ActionViewSet`."""

    view: Any

    def get_summary(self) -> str:
        return self._docstring()[0]

    def get_description(self) -> str:  # type: ignore[override]  # theirs is a lazy text
        return self._docstring()[1]

    def _docstring(self) -> tuple[str, str]:
        text = inspect.getdoc(getattr(self.view, self._name()))
        if not text:
            raise TypeError(f"{self._where()} has no docstring to describe it.")
        summary, _, description = text.partition("\n")
        return summary.rstrip("."), description.strip()

    def _name(self) -> str:
        return str(self.view.action)

    def _where(self) -> str:
        return f"{type(self.view).__name__}.{self._name()}"

    def get_operation_id(self) -> str:
        return f"{self.view.tag}_{self._name()}".lower().replace(" ", "_").replace("-", "_")

    def get_auth(self) -> list[dict[str, list[str]]]:
        return [{"bearer": []}] if self.view.get_authenticators() else []

    def get_tags(self) -> list[str]:
        return [self.view.tag]

    def _is_list_view(self, serializer: Any = None) -> bool:
        return self._name() in self.view.answers and self._answer().listed == "page"

    def _answer(self) -> Any:
        if self._name() not in self.view.answers:
            raise TypeError(f"{self._where()} declares no answer.")
        return self.view.answers[self._name()]

    def get_request_serializer(self) -> Any:
        return self.view.inputs.get(self._name())

    def _get_parameters(self) -> list[dict[str, Any]]:
        parameters: list[dict[str, Any]] = super()._get_parameters()
        if self._answer().listed == "array":
            return parameters + array_parameters(newest_first=self._answer().newest_first)
        return parameters

    def _resolve_path_parameters(self, variables: list[str]) -> list[dict[str, Any]]:
        schema = {"type": "integer", "minimum": 1, "maximum": MAX_ID}
        return [
            {"in": "path", "name": name, "required": True, "schema": schema} for name in variables
        ]

    def _get_response_bodies(self, direction: Any = "response") -> dict[str, Any]:
        answer = self._answer()
        bodies = {str(answer.status): self._success(answer)}
        for status, codes in sorted(by_status(self._errors()).items()):
            bodies[str(status)] = self._error(codes)
        return bodies

    def _success(self, answer: Any) -> dict[str, Any]:
        if answer.shape is None:
            return {"description": "Done; no body."}
        schema = self._shape(answer.shape)
        body: dict[str, Any] = {"description": "Done."}
        if answer.listed == "page":
            schema = page_of(schema, {key: self._shape(kind) for key, kind in answer.also.items()})
        elif answer.listed == "array":
            schema = {"type": "array", "items": schema}
            body["headers"] = {"Link": LINK_HEADER}
        return body | {"content": {"application/json": {"schema": schema}}}

    def _error(self, codes: list[ErrorCode]) -> dict[str, Any]:
        body: dict[str, Any] = {
            "description": "\n".join(f"- `{code.code}`: {code.sentence}" for code in codes),
            "content": {"application/json": {"schema": self._shape(ErrorObject)}},
        }
        if codes[0].status in {429, 503}:
            body["headers"] = {"Retry-After": RETRY_HEADER}
        return body

    def _errors(self) -> list[ErrorCode]:
        """Every error that this operation can give."""
        reads_body = self.method in {"POST", "PUT", "PATCH"}
        action = self.view.table_action()
        return [
            *(signed_in_errors() if self.view.get_authenticators() else []),
            *([errors.NOT_FOUND] if "{id}" in self.path else []),
            *([errors.PAGE_NOT_FOUND] if self._is_list_view() else []),
            *([errors.VALIDATION_ERROR] if self._validates() else []),
            *(body_errors() if reads_body else []),
            *(action.refusals() if action else []),
            *self.view.errors.get(self._name(), []),
            errors.TOO_MANY_REQUESTS,
            errors.DATABASE_UNAVAILABLE,
        ]

    def _validates(self) -> bool:
        return self._name() in self.view.inputs or bool(self._answer().listed)

    def _shape(self, shape: Any) -> dict[str, Any]:
        """The JSON Schema of a type; a TypedDict becomes a component of its own."""
        if shape in JSON_TYPES:
            return dict(JSON_TYPES[shape])
        if is_typeddict(shape):
            return self._component(shape)
        origin, args = get_origin(shape), get_args(shape)
        if origin is Annotated:
            return described(self._shape(args[0]), args[1])
        if origin is NotRequired:
            return self._shape(args[0])
        if origin is Literal:
            return {"type": "string", "enum": list(args)}
        if origin is list:
            return {"type": "array", "items": self._shape(args[0])}
        if origin is dict:
            return {"type": "object", "additionalProperties": self._shape(args[1])}
        if origin in {Union, types.UnionType}:
            return self._nullable(args)
        raise TypeError(f"No JSON Schema is known for {shape!r}.")

    def _nullable(self, args: tuple[Any, ...]) -> dict[str, Any]:
        options = [self._shape(arg) for arg in args if arg is not types.NoneType]
        return {"oneOf": [*options, {"type": "null"}]}

    def _component(self, shape: Any) -> dict[str, Any]:
        component = ResolvedComponent(  # type: ignore[no-untyped-call]  # theirs
            name=shape.__name__.removesuffix("Object"), type=ResolvedComponent.SCHEMA, object=shape
        )
        if component not in self.registry:
            self.registry.register(component)
            hints = get_type_hints(shape, include_extras=True)
            component.schema = {
                "type": "object",
                "description": inspect.getdoc(shape),
                "properties": {name: self._shape(hint) for name, hint in hints.items()},
                "required": sorted(required_keys(shape, hints)),
            }
        ref: dict[str, Any] = self.registry[component].ref
        return ref


def required_keys(shape: Any, hints: dict[str, Any]) -> set[str]:
    """The keys that a TypedDict always has. `__required_keys__` alone doesn't know: it can't see
    a `NotRequired` that stands in a module whose annotations are texts."""
    optional = {name for name, hint in hints.items() if get_origin(hint) is NotRequired}
    return set(shape.__required_keys__) - optional


LINK_HEADER = {
    "description": 'The address of the next items, as `<…>; rel="next"`, when there are more.',
    "schema": {"type": "string"},
}
RETRY_HEADER = {"description": "Seconds to wait.", "schema": {"type": "integer"}}


def described(schema: dict[str, Any], text: str) -> dict[str, Any]:
    return (
        {"allOf": [schema], "description": text}
        if "$ref" in schema
        else schema | {"description": text}
    )


def array_parameters(*, newest_first: bool) -> list[dict[str, Any]]:
    start = "before" if newest_first else "after"
    return [
        number_parameter("limit", "How many items; 100 unless told, and at most."),
        number_parameter(start, f"The id of an item: the list goes on {start} it."),
    ]


def number_parameter(name: str, text: str) -> dict[str, Any]:
    schema = {"type": "integer", "minimum": 1}
    return {"in": "query", "name": name, "schema": schema, "description": text}


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


def signed_in_errors() -> list[ErrorCode]:
    return [errors.NOT_AUTHENTICATED, errors.TOKEN_NOT_VALID]


def body_errors() -> list[ErrorCode]:
    return [
        errors.MALFORMED_BODY,
        errors.LENGTH_REQUIRED,
        errors.BODY_TOO_LARGE,
        errors.UNSUPPORTED_MEDIA_TYPE,
    ]


def by_status(codes: list[ErrorCode]) -> dict[int, list[ErrorCode]]:
    """Grouped, each once, in the order given."""
    groups: dict[int, list[ErrorCode]] = {}
    for code in dict.fromkeys(codes):
        groups.setdefault(code.status, []).append(code)
    return groups


def error_table() -> str:
    """Every declared code, as a Markdown table."""
    rows = sorted(REGISTRY.values(), key=lambda code: (code.status, code.code))
    lines = [f"| {code.status} | `{code.code}` | {code.sentence} |" for code in rows]
    return "\n".join(["| status | code | sentence |", "|---|---|---|", *lines])


def finish(result: dict[str, Any], **kwargs: Any) -> dict[str, Any]:
    """drf-spectacular's last hook: how to sign in, and the table of error codes."""
    result["info"]["description"] = DESCRIPTION.format(table=error_table())
    result["components"]["securitySchemes"] = {
        "bearer": {"type": "http", "scheme": "bearer", "bearerFormat": "JWT"}
    }
    return result


DESCRIPTION = """\
Tutoring sessions over REST, for frontends, for curl and for Postman.

**Signing in.** `POST /api/auth/token/`, then send `Authorization: Bearer <access>` with every
request. An access token lasts 15 minutes; `POST /api/auth/token/refresh/` gives the next one.

**Bodies** are JSON in UTF-8, at most 1 MiB, with a `Content-Length`. Keys that an operation
doesn't name are ignored; a value of the wrong type is a `validation_error`. Text is trimmed.

**Dates** are answered in UTC with `Z` and whole seconds. A date with its own offset means what
it says. One without is read with `timezone` (an IANA name), else with `timezone_offset` (minutes
from local time to UTC, as JavaScript's `getTimezoneOffset()` gives them), else as UTC.

**Lists** are pages (`page`, `page_size`, 20 unless told, at most 100) or arrays of at most 100
items (`limit`) with a `Link` header to the next ones. A filter that can't be read is a 400.

**PUT and PATCH** do the same: the keys sent are changed, the others stay.

**Errors** come as `{{"error": "<a sentence>", "code": "<a code>"}}`, a validation error with
`fields` too. What is wrong with the caller is said first: 401, 404, 403, then 400 for a field,
then 400 for the state.

**Every answer** has an `X-Request-ID`: the one sent, or a new one.

## All error codes

{table}
"""
