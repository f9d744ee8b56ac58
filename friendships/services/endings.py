"""How a friendship ends: by either of the two, or by a block (contract F2)."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from accounts.models import User
from friendships.models import Block
from friendships.services.pairs import locked_pair
from friendships.states import ACTIONS

# What else ends with a friendship. Apps above this one append functions `(*, by, other, now)`
# when they are ready: this one can't import them. Each runs in the transaction of the ending.
ENDINGS: list[Callable[..., None]] = []


def unfriend(*, by: User, other: User, now: datetime) -> None:
    """End a friendship; the other one isn't told.

    Raises:
        APIError: 404 if there is none; 400 for oneself.
    """
    with locked_pair(by, other) as pair:
        pair.transition("unfriend", by=pair.viewer(by), now=now)
        end_the_rest(by, other, now)


def block(*, by: User, other: User, now: datetime) -> None:
    """Want nothing to do with somebody: ends a friendship or a request. Again changes nothing.

    Raises:
        APIError: 400 for oneself.
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
    """Lift a block, which restores nothing. Without one it changes nothing."""
    Block.objects.by(by, other).delete()
