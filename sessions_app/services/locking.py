"""How an act stays true when two act at once."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from functools import cache

from django.db import transaction

from accounts.models import User
from core.db.compiled import CompiledQuery, Param
from core.errors import NOT_FOUND, APIError
from core.lifecycle import check
from sessions_app.models import Session
from sessions_app.states import ACTIONS


class LostRaceError(Exception):
    """Somebody else moved between the check and the write; what was written is rolled back."""


@contextmanager
def locked_session(session: Session, by: User) -> Iterator[Session]:
    """A transaction that holds the session's row, read as it is now.

    Locks are taken in one order everywhere: the session, then what belongs to it.

    Raises:
        APIError: 404 if it was deleted meanwhile.
    """
    with transaction.atomic():
        lock_row(session.pk)
        yield read_again(session, by)


def lock_row(pk: int) -> None:
    """Lock a session's row, in a statement of its own: what a statement has read while it waited
    for its lock is as old as the wait."""
    lock_statement().fetch({"pk": pk})


@cache
def lock_statement() -> CompiledQuery:
    return CompiledQuery(Session.objects.locked().filter(pk=Param("pk")).values_list("pk"))


def check_again(name: str, session: Session, by: User, now: datetime) -> None:
    """After a lost race: raise what the table says to the session as it is now."""
    row = read_again(session, by)
    check(ACTIONS[name], row, row.viewer(by, now))


def read_again(session: Session, by: User) -> Session:
    """The row as it is now.

    Raises:
        APIError: 404 if it was deleted meanwhile.
    """
    row: Session | None = Session.objects.seen_by(by).filter(pk=session.pk).first()
    if row is None:
        raise APIError(NOT_FOUND)
    return row
