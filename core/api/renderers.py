"""JSON output: one encoder for answers, errors and pushes."""

from typing import Any

import orjson
from rest_framework.negotiation import BaseContentNegotiation
from rest_framework.renderers import BaseRenderer


def dumps(data: Any) -> bytes:
    """Return the data as JSON; date-times are in UTC with `Z` and whole seconds (contract C5)."""
    return orjson.dumps(data, option=orjson.OPT_UTC_Z | orjson.OPT_OMIT_MICROSECONDS)


class JSONRenderer(BaseRenderer):
    """The renderer for DRF that calls `dumps`."""

    media_type = "application/json"
    format = "json"
    charset = None

    def render(self, data: Any, *args: Any, **kwargs: Any) -> bytes:
        return b"" if data is None else dumps(data)


class AlwaysJSON(BaseContentNegotiation):
    """Answers JSON whatever `Accept` says, so that a browser shows it, too."""

    def select_parser(self, request: Any, parsers: Any) -> Any:
        media_type = (request.content_type or "").split(";")[0].strip().lower()
        return next((parser for parser in parsers if parser.media_type == media_type), None)

    def select_renderer(self, request: Any, renderers: Any, format_suffix: Any = None) -> Any:
        return renderers[0], renderers[0].media_type
