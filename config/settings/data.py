"""The database and the cache."""

from typing import Any

from config.environment import BASE_DIR, env
from config.settings.process import REDIS_URL, WEB_THREADS

DATABASES: dict[str, dict[str, Any]] = {
    "default": env.db("DATABASE_URL", default=f"sqlite:///{BASE_DIR / 'db.sqlite3'}")
}
_database = DATABASES["default"]
_options = _database.setdefault("OPTIONS", {})
if _database["ENGINE"] == "django.db.backends.sqlite3":
    # Take the write lock at the start of a transaction: upgrading a read lock later fails with
    # "database is locked" under load.
    _options.setdefault("transaction_mode", "IMMEDIATE")
    _options.setdefault("timeout", 20)
    _options.setdefault("init_command", "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL;")
elif _database["ENGINE"] == "django.db.backends.postgresql":
    # A pool, since threads of an ASGI server are short-lived. It replaces dead connections, and
    # grows when needed, up to the number of threads of a WSGI server. Without a timeout, a server
    # that accepts connections but doesn't answer would block the pool's workers forever.
    _options.setdefault("connect_timeout", 5)
    _limits = {
        "statement_timeout": env.int("DATABASE_STATEMENT_SECONDS", 30),
        "lock_timeout": env.int("DATABASE_LOCK_SECONDS", 10),
        # Nothing slow happens inside a transaction: one that is idle this long was forgotten.
        "idle_in_transaction_session_timeout": 60,
    }
    _flags = " ".join(f"-c {name}={seconds}s" for name, seconds in _limits.items())
    # Options in DATABASE_URL come later, and so override these.
    _options["options"] = f"{_flags} {_options.get('options', '')}".strip()
    _options.setdefault("pool", {"min_size": 1, "max_size": max(20, WEB_THREADS), "timeout": 5})
    _database["ENGINE"] = "core.db.postgresql"

DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
CACHES = {
    "default": {
        "BACKEND": "core.cache.SharedCache",
        "LOCATION": REDIS_URL,
        "KEY_PREFIX": "tutoring-sessions.cache",
    }
    if REDIS_URL
    else {"BACKEND": "core.cache.ProcessCache"}
}
TIME_ZONE = "UTC"
USE_TZ = True
LANGUAGE_CODE = "en"
USE_I18N = False
