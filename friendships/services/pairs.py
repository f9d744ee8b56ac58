"""The row of two people, locked while something between them changes."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import transaction

from accounts.models import User
from core.errors import APIError, declare
from friendships.models import Friendship
from friendships.states import Status

ONESELF = declare("oneself", 400, "You can't do this with yourself.")
NOT_FRIENDS = declare("not_friends", 403, "You can do this only with a friend.")


@contextmanager
def locked_pair(by: User, other: User) -> Iterator[Friendship]:
    """Open a transaction that locks the row of two people, which is created if there is none.

    This is the only lock for changes between two people. It is taken before the locks of rows that
    depend on their friendship.

    Raises:
        APIError: 400 if both are the same person.
    """
    if by.pk == other.pk:
        raise APIError(ONESELF)
    with transaction.atomic():
        # The unique constraint lets one caller create the row; the other one reads it.
        made = {"from_user": by, "to_user": other}
        pair, _ = Friendship.objects.between(by, other).get_or_create(defaults=made)
        # A separate statement: one that waits for a lock reads data from before the wait.
        list(Friendship.objects.locked().filter(pk=pair.pk).values_list("pk"))
        yield read_again(pair)


def read_again(pair: Friendship) -> Friendship:
    """Return the current row, with both people."""
    row: Friendship = Friendship.objects.for_list().get(pk=pair.pk)
    return row


def are_friends(one: User | int, other: User | int) -> bool:
    return bool(Friendship.objects.between(one, other).accepted().exists())


def check_friends(pair: Friendship) -> None:
    """Check, on a locked row, that the two are friends.

    Raises:
        APIError: 403 if they aren't, for any reason.
    """
    if pair.status != Status.ACCEPTED:
        raise APIError(NOT_FRIENDS)
