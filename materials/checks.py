"""System checks of the settings for materials."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Error, register

from materials.file_types import FILE_TYPES


@register
def check_materials(**kwargs: Any) -> list[CheckMessage]:
    found: list[CheckMessage] = []
    unknown = [each for each in settings.MATERIAL_EXTENSIONS if each not in FILE_TYPES]
    if unknown:
        sentence = (
            f"MATERIAL_EXTENSIONS has unknown types: {', '.join(unknown)}. "
            f"The known types are {', '.join(FILE_TYPES)}."
        )
        found.append(Error(sentence, id="config.E003"))
    account = settings.CLOUDINARY_STORAGE
    if any(account.values()) and not all(account.values()):
        sentence = (
            "Cloudinary is incompletely configured: set CLOUDINARY_URL with key, secret and cloud, "
            "or all of CLOUDINARY_CLOUD_NAME, CLOUDINARY_API_KEY and CLOUDINARY_API_SECRET."
        )
        found.append(Error(sentence, id="config.E004"))
    prefix = settings.MEDIA_ACCEL_PREFIX
    if prefix and not (prefix.startswith("/") and prefix.endswith("/") and len(prefix) > 1):
        sentence = "MEDIA_ACCEL_PREFIX must be a path between two slashes, like /internal/."
        found.append(Error(sentence, id="config.E031"))
    return found
