"""Locking a session's row, and checking again after a lost race."""

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
    """Another user changed the session between the check and the write, which is rolled back."""


@contextmanager
def locked_session(session: Session, by: User) -> Iterator[Session]:
    """Open a transaction with the session's row locked and read again.

    Locks are always taken in the same order: the session, then the rows that belong to it.

    Raises:
        APIError: 404 if the session was deleted in the meantime.
    """
    with transaction.atomic():
        lock_row(session.pk)
        yield read_again(session, by)


def lock_row(pk: int) -> None:
    """Lock a session's row in a separate statement: one that waits for a lock reads data from
    before the wait."""
    lock_statement().fetch({"pk": pk})


@cache
def lock_statement() -> CompiledQuery:
    return CompiledQuery(Session.objects.locked().filter(pk=Param("pk")).values_list("pk"))


def check_again(name: str, session: Session, by: User, now: datetime) -> None:
    """After a lost race, raise the refusal that now applies, if any."""
    row = read_again(session, by)
    check(ACTIONS[name], row, row.viewer(by, now))


def read_again(session: Session, by: User) -> Session:
    """Return the session's current row.

    Raises:
        APIError: 404 if the session was deleted in the meantime.
    """
    row: Session | None = Session.objects.seen_by(by).filter(pk=session.pk).first()
    if row is None:
        raise APIError(NOT_FOUND)
    return row
