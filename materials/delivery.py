"""Sending files to clients."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any
from urllib.parse import quote

from asgiref.sync import sync_to_async
from django.conf import settings
from django.http import FileResponse, HttpResponse, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.utils.http import content_disposition_header

from core.db.connections import release_connection
from core.errors import NOT_FOUND, APIError
from core.http import csp
from materials.file_types import FILE_TYPES, extension_of
from materials.models import Material
from materials.signed_urls import remote_address
from materials.storages import LOCAL, store_named


class StreamedFile(FileResponse):
    """A file read in pieces even by an ASGI server, for which Django would read all of it first."""

    async def __aiter__(self) -> AsyncIterator[bytes]:
        file: Any = self.file_to_stream
        while piece := await sync_to_async(file.read)(self.block_size):
            yield piece


@csp.with_policy(csp.FILE)
def deliver(material: Material) -> HttpResponseBase:
    """Return a file as an attachment, from this server, the proxy in front of it, or the store.

    Raises:
        APIError: 404 if the file is missing; 503 if its store is no longer configured.
    """
    store = store_named(material.store)
    release_connection()
    if material.store != LOCAL:
        return HttpResponseRedirect(remote_address(material))
    response: HttpResponseBase
    if settings.MEDIA_ACCEL_PREFIX:
        response = HttpResponse()
        response["X-Accel-Redirect"] = settings.MEDIA_ACCEL_PREFIX + quote(material.stored_name)
    else:
        try:
            response = StreamedFile(store.open(material.stored_name))
        except FileNotFoundError:
            raise APIError(NOT_FOUND) from None
    response["Content-Type"] = FILE_TYPES[extension_of(material.file_name)].media_type
    response["Content-Disposition"] = content_disposition_header(True, material.file_name) or ""
    response["X-Content-Type-Options"] = "nosniff"
    response["Cache-Control"] = "private"
    return response
