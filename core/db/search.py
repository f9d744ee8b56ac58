"""Search by words."""

from __future__ import annotations

from collections.abc import Iterable

from django.db.models import Q


def has_words(words: Iterable[str], *columns: str) -> Q:
    """Return a condition: every word occurs in one of the columns, ignoring case."""
    found = Q()
    for word in words:
        in_any = Q()
        for column in columns:
            in_any |= Q(**{f"{column}__icontains": word})
        found &= in_any
    return found
