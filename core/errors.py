"""The errors of the API: codes, statuses, sentences, and the JSON around them.

`declare` adds a code to `REGISTRY`, which the API description prints as a table. `APIError` is
raised with a declared code. Only `envelope` builds the JSON (contract C4). Exceptions in DRF's
views go through `handle`, all others through `core.middleware.ErrorEnvelopeMiddleware`.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any

from django.conf import settings
from django.core.exceptions import PermissionDenied, RequestDataTooBig, SuspiciousOperation
from django.db import InterfaceError, InternalError, OperationalError
from django.http import Http404, HttpResponse, UnreadablePostError
from rest_framework import exceptions

from core.renderers import dumps

logger = logging.getLogger(__name__)


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

# The code for each status of an answer that this code hasn't built, such as Django's HTML pages.
BY_STATUS = {
    400: BAD_REQUEST,
    401: NOT_AUTHENTICATED,
    403: PERMISSION_DENIED,
    404: UNKNOWN_ADDRESS,
    405: METHOD_NOT_ALLOWED,
    406: NOT_ACCEPTABLE,
    408: BODY_TOO_LATE,
    411: LENGTH_REQUIRED,
    413: BODY_TOO_LARGE,
    415: UNSUPPORTED_MEDIA_TYPE,
    429: TOO_MANY_REQUESTS,
}

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


def envelope(error: APIError) -> HttpResponse:
    """Return the JSON answer `{error, code}`; a validation error also has `fields`."""
    body: dict[str, Any] = {"error": error.sentence, "code": error.code}
    if error.fields is not None:
        body["fields"] = error.fields
    headers = dict(error.headers)
    if error.status == HTTPStatus.UNAUTHORIZED:
        headers["WWW-Authenticate"] = 'Bearer realm="api"'
    if error.status == HTTPStatus.SERVICE_UNAVAILABLE:
        headers.setdefault("Retry-After", "5")
    return HttpResponse(
        dumps(body), status=error.status, content_type="application/json", headers=headers
    )


def handle(exc: Exception, context: dict[str, Any]) -> HttpResponse | None:
    """Handle DRF's exceptions. With None, Django logs the exception and answers 500."""
    error = translate(exc)
    return envelope(error) if error else None


def translate(exc: Exception) -> APIError | None:
    """Return the API's error for an exception, also one of DRF or Django; None if it has none."""
    match exc:
        case APIError():
            return exc
        case exceptions.ValidationError():
            return APIError(VALIDATION_ERROR, fields=flatten(exc.detail))
        case exceptions.ParseError():
            return APIError(MALFORMED_BODY, reason=str(exc.detail).rstrip("."))
        case exceptions.NotAuthenticated():
            return APIError(NOT_AUTHENTICATED)
        case exceptions.AuthenticationFailed():
            return APIError(TOKEN_NOT_VALID)
        case Http404() | exceptions.NotFound():
            return APIError(NOT_FOUND)
        case PermissionDenied() | exceptions.PermissionDenied():
            return APIError(PERMISSION_DENIED)
        case exceptions.MethodNotAllowed():
            return APIError(METHOD_NOT_ALLOWED, method=exc.args[0] if exc.args else "such")
        case exceptions.NotAcceptable():
            return APIError(NOT_ACCEPTABLE)
        case exceptions.UnsupportedMediaType():
            return APIError(UNSUPPORTED_MEDIA_TYPE)
        case exceptions.Throttled():
            wait = max(1, round(getattr(exc, "wait", None) or 1))
            return APIError(TOO_MANY_REQUESTS, wait=wait, headers={"Retry-After": str(wait)})
        case RequestDataTooBig():
            return APIError(BODY_TOO_LARGE, limit=settings.DATA_UPLOAD_MAX_MEMORY_SIZE)
        case SuspiciousOperation():  # such as too many parameters; Django's own page fails on them
            return APIError(BAD_REQUEST)
        case UnreadablePostError():
            late = isinstance(exc.__cause__, TimeoutError)
            return APIError(BODY_TOO_LATE if late else BODY_NOT_KEPT)
        # InternalError comes from a read-only server after a failover, or from a damaged one.
        case OperationalError() | InterfaceError() | InternalError():
            logger.error("The database failed a request.", exc_info=exc)
            return APIError(DATABASE_UNAVAILABLE)
    return None


def flatten(detail: Any) -> dict[str, list[str]]:
    """Return DRF's nested error details as `{field: [sentence, …]}`; sentences name their field."""
    if isinstance(detail, Mapping):
        return {
            str(name): [name_field(str(name), text) for text in sentences(value)]
            for name, value in detail.items()
        }
    return {"non_field_errors": sentences(detail)}


def sentences(value: Any) -> list[str]:
    if isinstance(value, Mapping):
        return [text for part in value.values() for text in sentences(part)]
    if isinstance(value, list | tuple):
        return [text for part in value for text in sentences(part)]
    return [str(value)]


def name_field(field: str, sentence: str) -> str:
    """Name the field in DRF's "This field is required.", which is unclear alone in `error`."""
    label = field.replace("_", " ")
    return sentence.replace("This field", label.capitalize()).replace("this field", label)
