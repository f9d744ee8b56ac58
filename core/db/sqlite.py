"""A LIKE for SQLite that ignores case beyond ASCII, as PostgreSQL's does."""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import lru_cache
from typing import Any

from django.db.backends.signals import connection_created


@lru_cache(maxsize=256)
def compiled(pattern: str, escape: str) -> Callable[[str], re.Match[str] | None]:
    """Return a matcher for a LIKE pattern; `%` and `_` after the escape are literal."""
    parts, symbols = [], iter(pattern.casefold())
    for symbol in symbols:
        if symbol == escape:
            parts.append(re.escape(next(symbols, "")))
        else:
            parts.append({"%": ".*", "_": "."}.get(symbol, re.escape(symbol)))
    # `%word%` becomes a search for the word: that is linear, and `.*` around it wouldn't be.
    if len(parts) > 1 and parts[0] == parts[-1] == ".*":
        return re.compile("".join(parts[1:-1]), re.DOTALL).search
    return re.compile("".join(parts), re.DOTALL).fullmatch


def like(pattern: str | None, text: str | None, escape: str = "") -> bool | None:
    """Return the result of SQLite's `text LIKE pattern ESCAPE escape`."""
    if pattern is None or text is None:
        return None
    return compiled(str(pattern), escape)(str(text).casefold()) is not None


def teach(connection: Any, **kwargs: Any) -> None:
    if connection.vendor == "sqlite":
        for arguments in (2, 3):
            connection.connection.create_function("like", arguments, like, deterministic=True)


def install() -> None:
    """Add the function to every new connection."""
    connection_created.connect(teach, dispatch_uid="core.db.sqlite")
