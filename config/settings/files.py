"""Uploaded files, and the static files of the admin and the docs."""

from datetime import timedelta
from typing import Any

from config.environment import BASE_DIR, cloudinary_account, env
from config.settings.process import DEBUG

MEDIA_ROOT = env.path("MEDIA_ROOT", default=str(BASE_DIR / "media"))
MEDIA_URL = "media/"
STORAGES: dict[str, dict[str, Any]] = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {
        "BACKEND": (
            "django.contrib.staticfiles.storage.StaticFilesStorage"
            if DEBUG
            else "core.http.static.HashedFiles"
        )
    },
    "local": {"BACKEND": "materials.storages.local.LocalStore"},
}
_cloudinary = cloudinary_account(
    env.str("CLOUDINARY_URL", ""),
    cloud_name=env.str("CLOUDINARY_CLOUD_NAME", ""),
    api_key=env.str("CLOUDINARY_API_KEY", ""),
    api_secret=env.str("CLOUDINARY_API_SECRET", ""),
)
# django-cloudinary-storage requires this setting; the store passes the account itself.
CLOUDINARY_STORAGE = {name.upper(): value for name, value in _cloudinary.items()}
if any(_cloudinary.values()):
    STORAGES["cloudinary"] = {
        "BACKEND": "materials.storages.cloud.CloudinaryStore",
        "OPTIONS": {"account": _cloudinary},
    }
# The store of new files: an alias in STORAGES.
MATERIAL_STORE = "cloudinary" if "cloudinary" in STORAGES else "local"
# `materials/file_types.py` describes each type. Old Office files (doc, xls, ppt) are not accepted
# by default, since macros in them can't be detected.
MATERIAL_EXTENSIONS: list[str] = env.list(
    "MATERIAL_EXTENSIONS",
    default=[
        *["pdf", "docx", "xlsx", "pptx", "odt", "ods", "odp", "zip", "txt", "md", "csv"],
        *["png", "jpg", "jpeg", "gif", "webp"],
    ],
)
FILE_ADDRESS_LIFETIME = timedelta(minutes=env.int("FILE_ADDRESS_MINUTES", 60, least=1))
# The internal path of MEDIA_ROOT at a proxy in front, for X-Accel-Redirect; empty without one.
MEDIA_ACCEL_PREFIX = env.str("MEDIA_ACCEL_PREFIX", "")
STATIC_URL = "static/"
STATIC_ROOT = BASE_DIR / "staticfiles"
WHITENOISE_USE_FINDERS = True
