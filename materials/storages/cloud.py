"""Cloudinary, through its SDK, which no other module imports.

This module prevents what the SDK does by default: it uploads without a time limit, treats a 500
with `{}` as success, makes up public ids, reads whole files into memory, and fetches a text as a
URL. Everything is uploaded as `authenticated`: the name of a file gives no access to it, and the
addresses are signed and expire.
"""

from __future__ import annotations

import logging
import threading
import time
from typing import Any, NoReturn

import cloudinary
from cloudinary import uploader, utils
from cloudinary.exceptions import AuthorizationRequired, NotAllowed, RateLimited
from cloudinary_storage.storage import MediaCloudinaryStorage
from django.conf import settings
from urllib3 import Timeout
from urllib3.exceptions import ConnectTimeoutError, MaxRetryError, ReadTimeoutError

from core.deadline import DeadlineExceededError, NeverStartedError, WatchedPools, Workers
from core.errors import APIError
from core.observability import metrics
from core.observability.logs import id_header
from materials.file_types import FILE_TYPES, extension_of
from materials.storages import STORE_FAILED, STORE_TIMEOUT, STORE_UNAVAILABLE

logger = logging.getLogger(__name__)

# The minimum size that Cloudinary accepts for a part of a larger file.
CHUNK = 5 * 1024 * 1024
# The SDK holds each part in memory, so only a few files are transferred at once.
UPLOADS, REMOVALS = Workers(4, "cloudinary-upload"), Workers(2, "cloudinary-removal")
UPLOAD_SECONDS, REMOVAL_SECONDS, CONNECT_SECONDS = 12.0, 1.5, 3.0


class Connections(threading.local):
    """Replaces the SDK's pool of connections, which has no time limit for a whole call, by one for
    each call: all parts of a file go over the same connection."""

    pools: WatchedPools

    def request(self, *args: Any, **kwargs: Any) -> Any:
        kwargs["headers"] = id_header() | kwargs.get("headers", {})
        return self.pools.request(*args, **kwargs)


uploader._http = connections = Connections()


class CloudinaryStore(MediaCloudinaryStorage):  # type: ignore[misc]  # it has no types
    """An account at Cloudinary.

    Args:
        account: `cloud_name`, `api_key`, `api_secret` and, for another host, `upload_prefix`.
        seconds: how long an upload may take, including all its parts.
    """

    def __init__(self, account: dict[str, str], seconds: float = UPLOAD_SECONDS) -> None:
        super().__init__()
        self.account, self.seconds = account, seconds

    @metrics.measure_call("cloudinary", "upload")
    def _save(self, name: str, content: Any) -> str:
        send = uploader.upload_large if content.size > CHUNK else uploader.upload
        # Set, since by default the SDK sends the name that the person gave the file.
        options = {"filename": "file", "chunk_size": CHUNK, **self.named(name)}
        result = self.call(UPLOADS, self.seconds, send, content, **options)
        if result.get("public_id") != self.named(name)["public_id"]:
            raise failed("its answer has another public id")
        if result.get("bytes") != content.size:
            raise failed("its answer has another size")
        return name

    @metrics.measure_call("cloudinary", "remove")
    def delete(self, name: str) -> None:
        seconds = min(self.seconds, REMOVAL_SECONDS)
        options = {"invalidate": True, **self.named(name)}
        result = self.call(REMOVALS, seconds, uploader.destroy, **options)
        if result.get("result") not in {"ok", "not found"}:
            raise failed("its answer doesn't confirm the removal")

    def url(self, name: str) -> str:
        """Return an address that is valid for `FILE_ADDRESS_LIFETIME`."""
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
            "Files at Cloudinary can only be saved, deleted, and read at the address from `url`."
        )

    # The package requests public addresses, where none of our files are, without a time limit.
    _open = _upload = _get_url = exists = size = listdir = not_supported

    def named(self, name: str) -> dict[str, str]:
        """Return what identifies a file at Cloudinary. A document's public id includes its
        extension, a picture's doesn't."""
        stem, _, extension = name.rpartition(".")
        if FILE_TYPES[extension].is_picture:
            return {"type": "authenticated", "resource_type": "image", "public_id": stem}
        return {"type": "authenticated", "resource_type": "raw", "public_id": name}

    def call(
        self, workers: Workers, seconds: float, function: Any, *args: Any, **options: Any
    ) -> dict[str, Any]:
        """Call a function of the SDK in one of the threads.

        Raises:
            APIError: 502; 503 if no thread was free in time; 504 if it didn't end in time.
        """
        timeout = Timeout(connect=min(self.seconds, CONNECT_SECONDS), read=self.seconds)
        options |= self.account | {"timeout": timeout}

        def work() -> Any:
            with WatchedPools(**cloudinary.CERT_KWARGS) as connections.pools:
                return function(*args, **options)

        try:
            result = workers.run(work, seconds)
        except NeverStartedError:
            raise APIError(STORE_UNAVAILABLE) from None
        except DeadlineExceededError:
            raise APIError(STORE_TIMEOUT) from None
        except Exception as error:
            raise translated(error) from error
        if not isinstance(result, dict):
            raise failed("its answer is not an object")
        return result


def failed(what: str) -> APIError:
    """Log what failed, without any secret or address, and return the error for the client."""
    logger.error("Cloudinary failed: %s.", what)
    return APIError(STORE_FAILED)


def translated(error: Exception) -> APIError:
    """Return the API's error for an exception of the SDK, whose context is the one of urllib3."""
    cause = error.__context__
    if isinstance(cause, MaxRetryError):
        cause = cause.reason
    match error, cause:
        case RateLimited(), _:
            return APIError(STORE_UNAVAILABLE, headers={"Retry-After": "60"})
        case ((AuthorizationRequired() | NotAllowed()), _):
            return failed("it rejects the credentials")
        case _, ConnectTimeoutError():  # includes a refused connection
            return APIError(STORE_UNAVAILABLE)
        case _, ReadTimeoutError():
            return APIError(STORE_TIMEOUT)
        case _:
            return failed(f"{type(error).__name__} ({type(cause).__name__})")
