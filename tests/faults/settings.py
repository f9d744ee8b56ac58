"""The settings of a laboratory: as ever, but for quick hashes and, where processes fork, a
connection of their own instead of a pool with threads."""

import os

from tests.quick_settings import *  # noqa: F403
from tests.quick_settings import DATABASES

if os.environ.get("FAULTS_POOL") == "0":
    DATABASES["default"]["OPTIONS"].pop("pool", None)
WHITENOISE_USE_FINDERS = False
EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
