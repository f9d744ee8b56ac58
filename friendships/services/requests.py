"""Friend requests (contract F1): asking, and answering."""

from __future__ import annotations

from datetime import datetime

from accounts.models import User
from core.errors import APIError, declare
from friendships.models import Block, Friendship
from friendships.services.pairs import locked_pair, read_again
from friendships.states import Status
from notifications.events import FRIEND_ACCEPTED, FRIEND_REQUEST
from notifications.services import notify

ALREADY_FRIENDS = declare("already_friends", 400, "This person is already your friend.")
YOU_HAVE_BLOCKED = declare(
    "you_have_blocked", 403, "You have blocked this person: remove the block first."
)
# The same sentence for every reason: a blocked person isn't told why (contract F2).
NOT_WITH_THEM = declare("not_with_them", 403, "You can't do this with this person.")


def ask(*, by: User, to: User, now: datetime) -> Friendship:
    """Send a friend request, or accept the other person's if they have already sent one.

    Raises:
        APIError: 403 if either has blocked the other; 400 if both are the same person, are
            friends, or the request was already sent, or sent too often.
    """
    with locked_pair(by, to) as pair:
        check_blocks(by, to)
        if pair.status == Status.ACCEPTED:
            raise APIError(ALREADY_FRIENDS)
        if pair.status == Status.PENDING and pair.to_user_id == by.pk:
            return move_accept(pair, by, now)
        return move_ask(pair, by, to, now)


def check_blocks(by: User, to: User) -> None:
    """Check that neither has blocked the other.

    Raises:
        APIError: 403 if one of them has.
    """
    if Block.objects.by(by, to).exists():
        raise APIError(YOU_HAVE_BLOCKED)
    if Block.objects.by(to, by).exists():
        raise APIError(NOT_WITH_THEM)


def move_ask(pair: Friendship, by: User, to: User, now: datetime) -> Friendship:
    asks = pair.asks + 1 if pair.from_user_id == by.pk else 1
    request = {"from_user": by, "to_user": to, "asks": asks, "created_at": now}
    pair.transition("ask", by=pair.viewer(by), now=now, **request)
    notify(FRIEND_REQUEST, to=[to.pk], now=now, person=by)
    return read_again(pair)


def move_accept(pair: Friendship, by: User, now: datetime) -> Friendship:
    pair.transition("accept", by=pair.viewer(by), now=now, since=now, asks=0)
    notify(FRIEND_ACCEPTED, to=[pair.from_user_id], now=now, person=by)
    return read_again(pair)


def accept(request: Friendship, *, by: User, now: datetime) -> Friendship:
    """Accept a request.

    Raises:
        APIError: 403 if it was sent to somebody else; 400 if it is no longer pending.
    """
    with locked_pair(by, request.other_than(by)) as pair:
        return move_accept(pair, by, now)


def decline(request: Friendship, *, by: User, now: datetime) -> Friendship:
    """Decline a request. The sender is not notified.

    Raises:
        APIError: 403 if it was sent to somebody else; 400 if it is no longer pending.
    """
    with locked_pair(by, request.other_than(by)) as pair:
        pair.transition("decline", by=pair.viewer(by), now=now)
        return read_again(pair)


def withdraw(request: Friendship, *, by: User, now: datetime) -> None:
    """Withdraw the user's own request.

    Raises:
        APIError: 403 if somebody else sent it; 400 if it is no longer pending.
    """
    with locked_pair(by, request.other_than(by)) as pair:
        pair.transition("withdraw", by=pair.viewer(by), now=now)
