"""The errors of the API: codes, statuses and sentences.

`declare` adds a code to `REGISTRY`, which the API description prints as a table. `APIError` is
raised with a declared code; `core.api.error_handling` turns it into the answer.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class ErrorCode:
    """A stable code, its HTTP status, and its sentence (a `str.format` template)."""

    code: str
    status: int
    sentence: str


REGISTRY: dict[str, ErrorCode] = {}


def declare(code: str, status: int, sentence: str) -> ErrorCode:
    """Register and return an error code.

    Raises:
        ValueError: the code is already declared.
    """
    if code in REGISTRY:
        raise ValueError(f"The error code {code!r} is declared twice.")
    REGISTRY[code] = ErrorCode(code, status, sentence)
    return REGISTRY[code]


VALIDATION_ERROR = declare("validation_error", 400, "The input is invalid.")
MALFORMED_BODY = declare("malformed_body", 400, "The body is not valid JSON: {reason}.")
BAD_REQUEST = declare("bad_request", 400, "The request can't be understood.")
NOT_AUTHENTICATED = declare(
    "not_authenticated", 401, "Sign in, and send the access token as 'Authorization: Bearer …'."
)
TOKEN_NOT_VALID = declare(
    "token_not_valid", 401, "The token is malformed, expired or revoked: sign in again."
)
PERMISSION_DENIED = declare("permission_denied", 403, "You are not allowed to do this.")
NOT_FOUND = declare("not_found", 404, "Not found: it doesn't exist, or you can't see it.")
UNKNOWN_ADDRESS = declare("unknown_address", 404, "This address doesn't exist.")
PAGE_NOT_FOUND = declare("page_not_found", 404, "This page of the list doesn't exist.")
METHOD_NOT_ALLOWED = declare(
    "method_not_allowed", 405, "This address doesn't take {method} requests."
)
NOT_ACCEPTABLE = declare("not_acceptable", 406, "This address can't answer in that format.")
BODY_TOO_LATE = declare(
    "body_too_late", 408, "The body took too long to arrive: try again on a faster connection."
)
LENGTH_REQUIRED = declare(
    "length_required", 411, "Send the body with a Content-Length header, not in chunks."
)
BODY_TOO_LARGE = declare("body_too_large", 413, "The body is larger than {limit} bytes.")
UNSUPPORTED_MEDIA_TYPE = declare(
    "unsupported_media_type",
    415,
    "Send JSON, with 'Content-Type: application/json', or a multipart form if it accepts files.",
)
TOO_MANY_REQUESTS = declare(
    "too_many_requests", 429, "Too many requests: try again in {wait} seconds."
)
BODY_NOT_KEPT = declare(
    "body_not_kept", 503, "The server can't store the request right now: try again in a moment."
)
SERVER_ERROR = declare("server_error", 500, "Something went wrong on the server.")
DATABASE_UNAVAILABLE = declare(
    "database_unavailable", 503, "The database can't be reached: try again in a moment."
)

Fields = Mapping[str, list[str]]


class APIError(Exception):
    """An error that the client gets as its answer.

    Args:
        code: a declared code, which has the status and the sentence.
        fields: for a validation error, the sentences about each field.
        headers: extra headers of the answer.
        details: values for the sentence's template.
    """

    def __init__(
        self,
        code: ErrorCode,
        *,
        fields: Fields | None = None,
        headers: Mapping[str, str] | None = None,
        **details: Any,
    ) -> None:
        self.code = code.code
        self.status = code.status
        self.fields = fields
        self.headers = dict(headers or {})
        self.sentence = first(fields) if fields else code.sentence.format(**details)
        super().__init__(self.sentence)


def invalid(field: str, sentence: str) -> APIError:
    """Return a validation error of one field, for checks outside a serializer."""
    return APIError(VALIDATION_ERROR, fields={field: [sentence]})


def first(fields: Fields) -> str:
    """Return the sentence that is used as `error`: the first one."""
    return next(iter(fields.values()))[0]
