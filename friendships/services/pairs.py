"""The row of two people, held while something is decided between them."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import transaction

from accounts.models import User
from core.errors import APIError, declare
from friendships.models import Friendship
from friendships.states import Status

ONESELF = declare("oneself", 400, "You can't do this with yourself.")
NOT_FRIENDS = declare("not_friends", 403, "Only friends can do this with each other.")


@contextmanager
def locked_pair(by: User, other: User) -> Iterator[Friendship]:
    """A transaction that holds the row of these two, made if they never had one.

    It is the one lock for whatever is decided between two people, and is taken before any other:
    then the rows that hang on their friendship.

    Raises:
        APIError: 400 for oneself.
    """
    if by.pk == other.pk:
        raise APIError(ONESELF)
    with transaction.atomic():
        # Who makes the row is decided by its unique constraint; the other one reads it.
        made = {"from_user": by, "to_user": other}
        pair, _ = Friendship.objects.between(by, other).get_or_create(defaults=made)
        # In a statement of its own: what a statement reads while it waits is as old as the wait.
        list(Friendship.objects.locked().filter(pk=pair.pk).values_list("pk"))
        yield read_again(pair)


def read_again(pair: Friendship) -> Friendship:
    """The row as it is now, with both people."""
    row: Friendship = Friendship.objects.for_list().get(pk=pair.pk)
    return row


def are_friends(one: User | int, other: User | int) -> bool:
    return bool(Friendship.objects.between(one, other).accepted().exists())


def check_friends(pair: Friendship) -> None:
    """Of a row that is held: are they friends?

    Raises:
        APIError: 403 if not, whatever the reason.
    """
    if pair.status != Status.ACCEPTED:
        raise APIError(NOT_FRIENDS)
