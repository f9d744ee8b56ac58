"""Ending a friendship: by either of the two, or by a block (contract F2)."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from accounts.models import User
from friendships.models import Block
from friendships.services.pairs import locked_pair
from friendships.states import ACTIONS

# Other things that end with a friendship. Apps above this one, which it can't import, append
# functions `(*, by, other, now)` in `ready()`. Each runs in the transaction that ends it.
ENDINGS: list[Callable[..., None]] = []


def unfriend(*, by: User, other: User, now: datetime) -> None:
    """End a friendship. The other person is not notified.

    Raises:
        APIError: 404 if there is none; 400 if both are the same person.
    """
    with locked_pair(by, other) as pair:
        pair.transition("unfriend", by=pair.viewer(by), now=now)
        end_the_rest(by, other, now)


def block(*, by: User, other: User, now: datetime) -> None:
    """Block a person, which ends a friendship or a request. Repeating it changes nothing.

    Raises:
        APIError: 400 if both are the same person.
    """
    with locked_pair(by, other) as pair:
        made = {"created_at": now}
        Block.objects.get_or_create(blocker=by, blocked=other, defaults=made)
        if pair.status in ACTIONS["block"].states:
            pair.transition("block", by=pair.viewer(by), now=now)
        end_the_rest(by, other, now)


def end_the_rest(by: User, other: User, now: datetime) -> None:
    for ending in ENDINGS:
        ending(by=by, other=other, now=now)


def unblock(*, by: User, other: User) -> None:
    """Remove a block. This restores no friendship. If there is no block, nothing changes."""
    Block.objects.by(by, other).delete()
