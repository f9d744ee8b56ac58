"""Parsers of JSON and forms: bounded, strict, and always UTF-8, whatever the header says."""

from collections.abc import Collection
from typing import Any

import orjson
from django.conf import settings
from django.core.exceptions import RequestDataTooBig, SuspiciousOperation
from django.http import UnreadablePostError
from django.http.multipartparser import MultiPartParser, MultiPartParserError
from rest_framework.exceptions import ParseError
from rest_framework.parsers import BaseParser, DataAndFiles

from core.errors import BODY_NOT_KEPT, BODY_TOO_LARGE, APIError, declare

MALFORMED_FORM = declare("malformed_form", 400, "The body is not a valid multipart form: {reason}.")

MAX_DEPTH = 100
# More than the texts of any body can have: each list costs the interpreter a microsecond to build.
MAX_BRACKETS = 20_000


class JSONParser(BaseParser):
    """Refuses what the standard library's parser accepts or fails on: NaN, lone surrogates, invalid
    UTF-8, thousands of nested brackets, endless numbers."""

    media_type = "application/json"

    def parse(self, stream: Any, media_type: Any = None, parser_context: Any = None) -> Any:
        limit = settings.DATA_UPLOAD_MAX_MEMORY_SIZE
        body = stream.read(limit + 1)
        if len(body) > limit:
            raise APIError(BODY_TOO_LARGE, limit=limit)
        brackets = body.count(b"[") + body.count(b"{")
        if brackets > MAX_BRACKETS:
            raise ParseError(f"it has more than {MAX_BRACKETS} brackets")
        try:
            data = orjson.loads(body)
        except orjson.JSONDecodeError as error:
            raise ParseError(str(error)) from error
        # Few bodies have enough brackets to be worth a closer look.
        if brackets > MAX_DEPTH and is_deeper(data, MAX_DEPTH):
            raise ParseError(f"it is nested more than {MAX_DEPTH} levels deep")
        return data


def is_deeper(data: Any, limit: int) -> bool:
    """Whether data is nested deeper than `limit`. Not recursive, as deep nesting breaks
    recursion."""
    level = [data]
    for _ in range(limit):
        level = [part for whole in level for part in parts(whole) if isinstance(part, dict | list)]
    return bool(level)


def parts(data: Any) -> Collection[Any]:
    if isinstance(data, dict):
        return data.values()
    return data if isinstance(data, list) else ()


class FormParser(BaseParser):
    """Parses a multipart form; Django's upload handlers store its files.

    Django's parser accepts a form that was cut off, and replaces invalid UTF-8 by U+FFFD, which
    nobody types. Both are refused here.
    """

    media_type = "multipart/form-data"

    def parse(self, stream: Any, media_type: Any = None, parser_context: Any = None) -> Any:
        request = parser_context["request"]
        meta = request.META | {"CONTENT_TYPE": media_type}
        body: Any = Remembering(stream)
        try:
            fields, files = MultiPartParser(meta, body, request.upload_handlers, "utf-8").parse()
            if not body.end.rstrip(b"\r\n").endswith(b"--"):
                raise MultiPartParserError("its end is missing")
            if any("\ufffd" in value for _, values in fields.lists() for value in values):
                raise MultiPartParserError("it has bytes that are not UTF-8")
            return DataAndFiles(fields, files)
        except RequestDataTooBig:
            limit = settings.DATA_UPLOAD_MAX_MEMORY_SIZE
            raise APIError(BODY_TOO_LARGE, limit=limit) from None
        except (MultiPartParserError, SuspiciousOperation) as error:
            raise APIError(MALFORMED_FORM, reason=str(error).rstrip(".")) from error
        except UnreadablePostError:  # `core.api.error_handling` translates it
            raise
        except OSError as error:  # the disk for temporary files is full
            raise APIError(BODY_NOT_KEPT) from error


class Remembering:
    """A stream that remembers the end of what was read."""

    def __init__(self, stream: Any) -> None:
        self.stream, self.end = stream, b""

    def read(self, size: int) -> bytes:
        data: bytes = self.stream.read(size)
        self.end = (self.end + data)[-8:]
        return data
