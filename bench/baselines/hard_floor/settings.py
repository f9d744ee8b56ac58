from bench.baselines.settings import *  # noqa: F403

ROOT_URLCONF = "bench.baselines.hard_floor.urls"
MIDDLEWARE: list[str] = []
# The views have connections of their own.
DATABASES: dict[str, dict[str, str]] = {}
