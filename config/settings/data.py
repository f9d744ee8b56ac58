"""The database and the cache."""

from typing import Any

from config.environment import BASE_DIR, env

DATABASES: dict[str, dict[str, Any]] = {
    "default": env.db("DATABASE_URL", default=f"sqlite:///{BASE_DIR / 'db.sqlite3'}")
}
_database = DATABASES["default"]
_options = _database.setdefault("OPTIONS", {})
if _database["ENGINE"] == "django.db.backends.sqlite3":
    # A write transaction takes its lock at once: upgrading a read lock is what fails with
    # "database is locked" under load.
    _options.setdefault("transaction_mode", "IMMEDIATE")
    _options.setdefault("timeout", 20)
    _options.setdefault("init_command", "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL;")
elif _database["ENGINE"] == "django.db.backends.postgresql":
    # A pool, since threads of an ASGI server are short-lived; a dead connection is replaced
    # before it is handed out.
    _options.setdefault("pool", {"min_size": 1, "max_size": 20, "timeout": 5})
    _database["CONN_HEALTH_CHECKS"] = True
    _database["ENGINE"] = "core.postgresql"

DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
CACHES = {
    "default": {
        "BACKEND": "django.core.cache.backends.locmem.LocMemCache",
        # Each person and address is a key of its own; one that is evicted is a limit forgotten.
        "OPTIONS": {"MAX_ENTRIES": 100_000},
    }
}
TIME_ZONE = "UTC"
USE_TZ = True
LANGUAGE_CODE = "en"
USE_I18N = False
