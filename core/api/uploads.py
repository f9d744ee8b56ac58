"""Size limits for bodies, and for the files in them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.conf import settings
from django.core.files.uploadhandler import FileUploadHandler

from core.errors import BODY_TOO_LARGE, LENGTH_REQUIRED, APIError, declare

FILE_TOO_LARGE = declare("file_too_large", 413, "A file may have {limit} MB at most.")
MEGABYTE = 1024 * 1024


def refused_unread(headers: Mapping[str, str]) -> APIError | None:
    """Return the error of a body that must be refused by its headers, unread; None if it is fine.

    Django and DRF would silently take a chunked body as empty, or cut it off at a `Content-Length`.
    Only requests with an `Authorization` header may be as large as a file.
    """
    limit = settings.DATA_UPLOAD_MAX_MEMORY_SIZE
    if "authorization" in headers:
        limit += settings.MAX_FILE_BYTES
    if "transfer-encoding" in headers:
        return APIError(LENGTH_REQUIRED)
    length = headers.get("content-length", "")
    if length.isdecimal() and (len(length) > len(str(limit)) or int(length) > limit):
        return APIError(BODY_TOO_LARGE, limit=limit)
    return None


class SizeLimit(FileUploadHandler):
    """Stops an upload that gets too large, before the handlers that store it."""

    def receive_data_chunk(self, raw_data: bytes, start: int) -> bytes:
        if start + len(raw_data) > settings.MAX_FILE_BYTES:
            raise APIError(FILE_TOO_LARGE, limit=settings.MAX_FILE_BYTES // MEGABYTE)
        return raw_data

    def file_complete(self, file_size: int) -> Any:
        """Return None: another handler has the file."""
