"""JSON in: bounded, strict and always UTF-8, whatever charset the header claims (RFC 8259)."""

from collections.abc import Collection
from typing import Any

import orjson
from django.conf import settings
from rest_framework.exceptions import ParseError
from rest_framework.parsers import BaseParser

from core.errors import BODY_TOO_LARGE, APIError

MAX_DEPTH = 100


class JSONParser(BaseParser):
    """Refuses what the standard library's parser takes or dies of: NaN, lone surrogates, broken
    UTF-8, thousands of nested brackets, numbers without end."""

    media_type = "application/json"

    def parse(self, stream: Any, media_type: Any = None, parser_context: Any = None) -> Any:
        limit = settings.DATA_UPLOAD_MAX_MEMORY_SIZE
        body = stream.read(limit + 1)
        if len(body) > limit:
            raise APIError(BODY_TOO_LARGE, limit=limit)
        try:
            data = orjson.loads(body)
        except orjson.JSONDecodeError as error:
            raise ParseError(str(error)) from error
        # The brackets are counted first, since few bodies have enough of them to look closer.
        if body.count(b"[") + body.count(b"{") > MAX_DEPTH and is_deeper(data, MAX_DEPTH):
            raise ParseError(f"it is nested more than {MAX_DEPTH} levels deep")
        return data


def is_deeper(data: Any, limit: int) -> bool:
    """Is it nested deeper? Level by level, since recursion is what deep nesting breaks."""
    level = [data]
    for _ in range(limit):
        level = [part for whole in level for part in parts(whole) if isinstance(part, dict | list)]
    return bool(level)


def parts(data: Any) -> Collection[Any]:
    if isinstance(data, dict):
        return data.values()
    return data if isinstance(data, list) else ()
