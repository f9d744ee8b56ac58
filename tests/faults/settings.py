"""The usual settings with fast hashes and, for faults that fork processes, plain connections
instead of a pool, which has threads."""

import os

from tests.support.quick_settings import *  # noqa: F403
from tests.support.quick_settings import DATABASES

if os.environ.get("FAULTS_POOL") == "0":
    DATABASES["default"]["OPTIONS"].pop("pool", None)
WHITENOISE_USE_FINDERS = False
EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
