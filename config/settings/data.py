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
    # A write transaction takes its lock at once: upgrading a read lock is what fails with
    # "database is locked" under load.
    _options.setdefault("transaction_mode", "IMMEDIATE")
    _options.setdefault("timeout", 20)
    _options.setdefault("init_command", "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL;")
elif _database["ENGINE"] == "django.db.backends.postgresql":
    # A pool, since threads of an ASGI server are short-lived; a dead connection is replaced
    # before it is handed out. It grows with need: never beyond the threads of a WSGI server.
    # A server that takes connections and says nothing would keep the pool's workers for good.
    _options.setdefault("connect_timeout", 5)
    _limits = {
        "statement_timeout": env.int("DATABASE_STATEMENT_SECONDS", 30),
        "lock_timeout": env.int("DATABASE_LOCK_SECONDS", 10),
        # Nothing slow is done inside a transaction: one that is idle so long was forgotten.
        "idle_in_transaction_session_timeout": 60,
    }
    _said = " ".join(f"-c {name}={seconds}s" for name, seconds in _limits.items())
    # What the address itself says comes later, and so wins.
    _options["options"] = f"{_said} {_options.get('options', '')}".strip()
    _options.setdefault("pool", {"min_size": 1, "max_size": max(20, WEB_THREADS), "timeout": 5})
    _database["ENGINE"] = "core.postgresql"

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
