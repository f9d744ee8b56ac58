"""Where files are stored: aliases in Django's `STORAGES`. Each material's row has its own."""

from __future__ import annotations

from django.core.files import File
from django.core.files.storage import InvalidStorageError, Storage, storages

from core.errors import APIError, declare

LOCAL, CLOUDINARY = "local", "cloudinary"

STORE_FAILED = declare("store_failed", 502, "The file store failed: try again.")
STORE_UNAVAILABLE = declare(
    "store_unavailable", 503, "The file store is unavailable: try again in a moment."
)
STORE_TIMEOUT = declare("store_timeout", 504, "The file store took too long: try again.")
STORE_ERRORS = [STORE_FAILED, STORE_UNAVAILABLE, STORE_TIMEOUT]


def store_named(alias: str) -> Storage:
    """Return the store of this alias.

    Raises:
        APIError: 503 if it is no longer configured.
    """
    try:
        return storages[alias]
    except InvalidStorageError:
        raise APIError(STORE_UNAVAILABLE) from None


def save(alias: str, name: str, file: File[bytes]) -> None:
    """Save a file in a store.

    Raises:
        APIError: 502, 503 or 504. The file may have been saved nevertheless.
    """
    file.seek(0)
    store_named(alias).save(name, file)


def remove(alias: str, name: str) -> None:
    """Remove a file from a store, if it is there.

    Raises:
        APIError: 502, 503 or 504.
    """
    store_named(alias).delete(name)
