"""The API description, generated from what the code declares: summaries from docstrings, bodies
and answers from `core.api.operations`, errors from the table of actions.

The shapes of answers are declared once, as TypedDicts: mypy checks the representations against
them, and `core.api.openapi.shapes` turns them into JSON Schema.
"""

from __future__ import annotations

import inspect
from typing import Any

from drf_spectacular.openapi import AutoSchema

from core import errors
from core.api.fields import MAX_ID, Input
from core.api.idempotency import KEY_ERRORS
from core.api.openapi.description import finish
from core.api.openapi.queries import array_parameters, filter_parameter, page_parameters
from core.api.openapi.shapes import (
    KEY_PARAMETER,
    LINK_HEADER,
    REPLAYED_HEADER,
    RETRY_HEADER,
    ErrorObject,
    json_schema,
    page_of,
)
from core.api.operations import Answer, Operation
from core.api.parsers import MALFORMED_FORM
from core.api.uploads import FILE_TOO_LARGE
from core.errors import ErrorCode

__all__ = ["Schema", "finish"]

# Path parameters that are texts; all others are ids of rows.
TEXTS_IN_PATHS = {"token"}


class Schema(AutoSchema):
    """drf-spectacular's schema for `core.api.views.ActionViewSet`."""

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

    @property
    def _operation(self) -> Operation:
        operation: Operation = self.view.operation
        return operation

    def _is_list_view(self, serializer: Any = None) -> bool:
        return self._operation.answer.listed == "page"

    def _reads_keys(self) -> bool:
        return self._operation.input is not Input

    def get_request_serializer(self) -> Any:
        return self._operation.input if self._reads_keys() else None

    def _map_basic_serializer(self, serializer: Any, direction: Any) -> dict[str, Any]:
        """Mark no key of a partial update (contract C8) as required."""
        schema = super()._map_basic_serializer(serializer, direction)  # type: ignore[no-untyped-call]  # theirs
        if getattr(serializer, "partial", False):
            schema.pop("required", None)
        return dict(schema)

    def _get_parameters(self) -> list[dict[str, Any]]:
        parameters: list[dict[str, Any]] = super()._get_parameters()
        if self._takes_keys():
            parameters = [*parameters, KEY_PARAMETER]
        answer = self._operation.answer
        if answer.listed == "array":
            return parameters + array_parameters(newest_first=answer.newest_first)
        return parameters

    def _get_filter_parameters(self) -> list[dict[str, Any]]:
        filters = self._operation.filters.base_filters
        return [filter_parameter(name, each) for name, each in filters.items()]

    def _get_pagination_parameters(self) -> list[dict[str, Any]]:
        if not self._is_list_view():
            return []
        pages = self.view.pagination_class
        return page_parameters(pages.page_size, pages.max_page_size)

    def _resolve_path_parameters(self, variables: list[str]) -> list[dict[str, Any]]:
        number = {"type": "integer", "minimum": 1, "maximum": MAX_ID}
        return [
            {
                "in": "path",
                "name": name,
                "required": True,
                "schema": {"type": "string"} if name in TEXTS_IN_PATHS else number,
            }
            for name in variables
        ]

    def _get_response_bodies(self, direction: Any = "response") -> dict[str, Any]:
        answer = self._operation.answer
        success = self._success(answer)
        if self._takes_keys():
            success["headers"] = {"Idempotent-Replayed": REPLAYED_HEADER}
        bodies = {str(answer.status): success}
        for status, codes in sorted(by_status(self._errors()).items()):
            bodies[str(status)] = self._error(codes)
        return bodies

    def _success(self, answer: Answer) -> dict[str, Any]:
        if answer.shape is None:
            return {"description": "Done; no body."}
        schema = json_schema(answer.shape, self.registry)
        body: dict[str, Any] = {"description": "Done."}
        if answer.listed == "page":
            schema = page_of(
                schema, {key: json_schema(kind, self.registry) for key, kind in answer.also.items()}
            )
        elif answer.listed == "array":
            schema = {"type": "array", "items": schema}
            body["headers"] = {"Link": LINK_HEADER}
        return body | {"content": {answer.media_type: {"schema": schema}}}

    def _error(self, codes: list[ErrorCode]) -> dict[str, Any]:
        body: dict[str, Any] = {
            "description": "\n".join(f"- `{code.code}`: {code.sentence}" for code in codes),
            "content": {"application/json": {"schema": json_schema(ErrorObject, self.registry)}},
        }
        if codes[0].status in {409, 429, 503}:
            body["headers"] = {"Retry-After": RETRY_HEADER}
        return body

    def _errors(self) -> list[ErrorCode]:
        """Return every error that this operation can answer with."""
        reads_body = self.view.reads_bodies and self.method in {"POST", "PUT", "PATCH"}
        action = self.view.table_action()
        return [
            *(signed_in_errors() if self.view.get_authenticators() else []),
            *([errors.NOT_FOUND] if "{" in self.path else []),
            *([errors.PAGE_NOT_FOUND] if self._is_list_view() else []),
            *([errors.VALIDATION_ERROR] if self._validates() else []),
            *(body_errors() if reads_body else []),
            *(form_errors() if reads_body and self._takes_forms() else []),
            *(action.refusals() if action else []),
            *self._operation.errors,
            *(KEY_ERRORS if self._takes_keys() else []),
            errors.TOO_MANY_REQUESTS,
            errors.DATABASE_UNAVAILABLE,
        ]

    def _takes_keys(self) -> bool:
        return bool(self.method == "POST" and self.view.takes_keys())

    def _takes_forms(self) -> bool:
        return "multipart/form-data" in self.map_parsers()

    def _validates(self) -> bool:
        return self._reads_keys() or bool(self._operation.answer.listed)


def signed_in_errors() -> list[ErrorCode]:
    return [errors.NOT_AUTHENTICATED, errors.TOKEN_NOT_VALID]


def form_errors() -> list[ErrorCode]:
    return [MALFORMED_FORM, FILE_TOO_LARGE]


def body_errors() -> list[ErrorCode]:
    return [
        errors.MALFORMED_BODY,
        errors.LENGTH_REQUIRED,
        errors.BODY_TOO_LARGE,
        errors.BODY_NOT_KEPT,
        errors.UNSUPPORTED_MEDIA_TYPE,
    ]


def by_status(codes: list[ErrorCode]) -> dict[int, list[ErrorCode]]:
    """Group the codes by status, without duplicates, in the given order."""
    groups: dict[int, list[ErrorCode]] = {}
    for code in dict.fromkeys(codes):
        groups.setdefault(code.status, []).append(code)
    return groups
