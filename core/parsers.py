"""JSON in: bounded, strict and always UTF-8, whatever charset the header claims (RFC 8259)."""

from typing import Any

import orjson
from django.conf import settings
from rest_framework.exceptions import ParseError
from rest_framework.parsers import BaseParser

from core.errors import BODY_TOO_LARGE, APIError


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
            return orjson.loads(body)
        except orjson.JSONDecodeError as error:
            raise ParseError(str(error)) from error
