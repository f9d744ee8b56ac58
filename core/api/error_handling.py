"""Errors as answers: every exception that has one, and the JSON around its sentence (contract C4).

Only `envelope` builds that JSON. Exceptions in DRF's views go through `handle`, all others through
`core.http.middleware.ErrorEnvelopeMiddleware`.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping
from http import HTTPStatus
from typing import Any

from django.conf import settings
from django.core.exceptions import PermissionDenied, RequestDataTooBig, SuspiciousOperation
from django.db import InterfaceError, InternalError, OperationalError
from django.http import Http404, HttpResponse, UnreadablePostError
from rest_framework import exceptions

from core.api.renderers import dumps
from core.errors import (
    BAD_REQUEST,
    BODY_NOT_KEPT,
    BODY_TOO_LARGE,
    BODY_TOO_LATE,
    DATABASE_UNAVAILABLE,
    LENGTH_REQUIRED,
    MALFORMED_BODY,
    METHOD_NOT_ALLOWED,
    NOT_ACCEPTABLE,
    NOT_AUTHENTICATED,
    NOT_FOUND,
    PERMISSION_DENIED,
    TOKEN_NOT_VALID,
    TOO_MANY_REQUESTS,
    UNKNOWN_ADDRESS,
    UNSUPPORTED_MEDIA_TYPE,
    VALIDATION_ERROR,
    APIError,
)

logger = logging.getLogger(__name__)

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
