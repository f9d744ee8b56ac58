"""Cloudinary, by its SDK: the only import of it.

What its SDK does of its own accord and mustn't here: it uploads without a time limit, takes an
answer of 500 with `{}` for a success, invents public ids, reads whole files into the memory, and
fetches texts as addresses. Everything is uploaded as `authenticated`: nobody gets it by its
name, and the addresses given out are signed and end.
"""

from __future__ import annotations

import logging
import time
from typing import Any, NoReturn

import cloudinary
from cloudinary import uploader, utils
from cloudinary.exceptions import AuthorizationRequired, NotAllowed, RateLimited
from cloudinary_storage.storage import MediaCloudinaryStorage
from django.conf import settings
from urllib3 import Timeout
from urllib3.exceptions import ConnectTimeoutError, MaxRetryError, ReadTimeoutError

from core.errors import APIError
from core.observability import metrics
from materials.file_types import FILE_TYPES, extension_of
from materials.storages import STORE_FAILED, STORE_TIMEOUT, STORE_UNAVAILABLE
from materials.storages.deadline import Line, Workers

logger = logging.getLogger(__name__)

# The least that Cloudinary takes as a part of a larger file.
CHUNK = 5 * 1024 * 1024
# The SDK holds each part in the memory, so only a few files are on their way at once.
UPLOADS, REMOVALS = Workers(4), Workers(2)
UPLOAD_SECONDS, REMOVAL_SECONDS, CONNECT_SECONDS = 12.0, 1.5, 3.0

# The SDK's own pool of connections knows no end of a call as a whole.
uploader._http = Line(cloudinary.CERT_KWARGS)


class CloudinaryStore(MediaCloudinaryStorage):  # type: ignore[misc]  # it has no types
    """An account at Cloudinary.

    Args:
        account: `cloud_name`, `api_key`, `api_secret` and, for another host, `upload_prefix`.
        seconds: how long an upload may take, with all its parts.
    """

    def __init__(self, account: dict[str, str], seconds: float = UPLOAD_SECONDS) -> None:
        super().__init__()
        self.account, self.seconds = account, seconds

    @metrics.call("cloudinary", "upload")
    def _save(self, name: str, content: Any) -> str:
        send = uploader.upload_large if content.size > CHUNK else uploader.upload
        # Named, since the SDK's own default is what the person called the file.
        result = UPLOADS.run(
            lambda: self.call(send, content, filename="file", chunk_size=CHUNK, **self.named(name)),
            self.seconds,
        )
        if result.get("public_id") != self.named(name)["public_id"]:
            raise failed("an answer that names no file of ours")
        if result.get("bytes") != content.size:
            raise failed("an answer that tells of another size")
        return name

    @metrics.call("cloudinary", "remove")
    def delete(self, name: str) -> None:
        result = REMOVALS.run(
            lambda: self.call(uploader.destroy, invalidate=True, **self.named(name)),
            min(self.seconds, REMOVAL_SECONDS),
        )
        if result.get("result") not in {"ok", "not found"}:
            raise failed("an answer that tells of no removal")

    def url(self, name: str) -> str:
        """An address that works for `FILE_ADDRESS_LIFETIME`."""
        named = self.named(name)
        extension = extension_of(name).replace("jpeg", "jpg")
        return str(
            utils.private_download_url(
                named.pop("public_id"),
                "" if named["resource_type"] == "raw" else extension,
                expires_at=int(time.time() + settings.FILE_ADDRESS_LIFETIME.total_seconds()),
                attachment=True,
                **named,
                **self.account,
            )
        )

    def not_supported(self, *args: Any, **options: Any) -> NoReturn:
        raise NotImplementedError(
            "Files at Cloudinary can be saved, deleted, and read by the address that `url` gives."
        )

    # The package asks for public addresses, where no file of ours is, and without a time limit.
    _open = _upload = _get_url = exists = size = listdir = not_supported

    def named(self, name: str) -> dict[str, str]:
        """How Cloudinary calls a file: a document's extension is a part of its public id, a
        picture's isn't."""
        stem, _, extension = name.rpartition(".")
        if FILE_TYPES[extension].is_picture:
            return {"type": "authenticated", "resource_type": "image", "public_id": stem}
        return {"type": "authenticated", "resource_type": "raw", "public_id": name}

    def call(self, act: Any, *args: Any, **options: Any) -> dict[str, Any]:
        """Let the SDK do something.

        Raises:
            APIError: 502, 503 or 504.
        """
        timeout = Timeout(connect=min(self.seconds, CONNECT_SECONDS), read=self.seconds)
        options |= self.account | {"timeout": timeout}
        try:
            result = act(*args, **options)
        except Exception as error:
            raise translated(error) from error
        if not isinstance(result, dict):
            raise failed("an answer that is no object")
        return result


def failed(what: str) -> APIError:
    """502, and a line for the operator that holds no secret and no address."""
    logger.error("Cloudinary failed: %s.", what)
    return APIError(STORE_FAILED)


def translated(error: Exception) -> APIError:
    """The API's error for what the SDK raises. What urllib3 said is the context of that."""
    cause = error.__context__
    if isinstance(cause, MaxRetryError):
        cause = cause.reason
    match error, cause:
        case RateLimited(), _:
            return APIError(STORE_UNAVAILABLE, headers={"Retry-After": "60"})
        case ((AuthorizationRequired() | NotAllowed()), _):
            return failed("it refuses the credentials")
        case _, ConnectTimeoutError():  # a refused connection is one, too
            return APIError(STORE_UNAVAILABLE)
        case _, ReadTimeoutError():
            return APIError(STORE_TIMEOUT)
        case _:
            return failed(f"{type(error).__name__} ({type(cause).__name__})")
