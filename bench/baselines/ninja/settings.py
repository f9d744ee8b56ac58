from bench.baselines.settings import *  # noqa: F403

ROOT_URLCONF = "bench.baselines.ninja.urls"
INSTALLED_APPS = [
    "django.contrib.contenttypes",
    "django.contrib.auth",
    "ninja",
    "bench.baselines.tables",
]
AUTH_USER_MODEL = "tables.User"
