"""How an act stays true when two act at once."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import transaction

from zoom.models import OneOnOneSession


@contextmanager
def locked_session(pk: int) -> Iterator[OneOnOneSession]:
    """A transaction that holds the session's row, read as it is now.

    Locks are taken in one order everywhere: the friendship, the session, what belongs to it. The
    row is read in a statement of its own: what a statement has read while it waited for its lock
    is as old as the wait.
    """
    with transaction.atomic():
        list(OneOnOneSession.objects.locked().filter(pk=pk).values_list("pk"))
        yield OneOnOneSession.objects.for_list().get(pk=pk)
