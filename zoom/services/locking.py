"""Locking, for actions on the same session at the same time."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import transaction

from zoom.models import OneOnOneSession


@contextmanager
def locked_session(pk: int) -> Iterator[OneOnOneSession]:
    """Open a transaction, lock the session's row and yield its current state.

    Locks are always taken in the same order: friendship, session, what belongs to the session. The
    row is read by a second statement, since what the locking statement reads may be outdated by
    the time it gets the lock.
    """
    with transaction.atomic():
        list(OneOnOneSession.objects.locked().filter(pk=pk).values_list("pk"))
        yield OneOnOneSession.objects.for_list().get(pk=pk)
