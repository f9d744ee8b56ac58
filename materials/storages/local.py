"""The local disk: files under `MEDIA_ROOT`, served by `sessions_app.views.materials`."""

from __future__ import annotations

from typing import Any

from django.core.files.storage import FileSystemStorage

from core.errors import APIError
from materials.storages import STORE_UNAVAILABLE


class LocalStore(FileSystemStorage):
    def _save(self, name: str, content: Any) -> str:
        try:
            return str(super()._save(name, content))  # type: ignore[misc]  # not in the stubs
        except OSError as error:  # such as a full disk, or missing permissions
            raise APIError(STORE_UNAVAILABLE) from error
