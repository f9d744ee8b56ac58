"""The settings of a server with addresses that fail."""

from tests.support.quick_settings import *  # noqa: F403

ROOT_URLCONF = "tests.operations.troubled_urls"
EMAIL_TIMEOUT = 2
