"""The store of the admin's sessions: Django's table."""

from __future__ import annotations

from django.contrib.sessions.backends.base import VALID_KEY_CHARS
from django.contrib.sessions.backends.db import SessionStore as DatabaseStore


class SessionStore(DatabaseStore):
    """Accepts only keys of its own alphabet: PostgreSQL can't search for all characters."""

    def _validate_session_key(self, key: str | None) -> bool:
        is_long_enough = super()._validate_session_key(key)  # type: ignore[misc]  # private
        return bool(is_long_enough) and set(key or "") <= set(VALID_KEY_CHARS)
