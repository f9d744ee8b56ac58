"""Erasing a person from friendships, and their texts from conversations."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

from accounts.erasure import ERASED
from accounts.models import User
from core.errors import APIError
from friendships import services
from friendships.models import Block, Friendship, Message
from friendships.states import Status


def end_all_friendships(user: User, *, now: datetime) -> int:
    """End all their friendships and requests, using the normal services, and remove their blocks.
    Returns the number of friendships and requests ended."""
    pairs = Friendship.objects.of(user).filter(status__in=[Status.ACCEPTED, Status.PENDING])
    Block.objects.filter(blocker=user).delete()
    return sum(end(pair, user, now) for pair in pairs.for_list())


def end(pair: Friendship, user: User, now: datetime) -> bool:
    act: Callable[..., Any] = services.decline
    arguments: dict[str, Any] = {"request": pair}
    if pair.status == Status.ACCEPTED:
        act, arguments = services.unfriend, {"other": pair.other_than(user)}
    elif pair.from_user_id == user.pk:
        act = services.withdraw
    try:
        act(**arguments, by=user, now=now)
    except APIError:  # the other person was faster
        return False
    return True


def erase_messages(user: User) -> int:
    """Replace the text of their messages, which stay in the conversation. Returns the number of
    messages changed."""
    return Message.objects.filter(sender=user).exclude(text=ERASED).update(text=ERASED)
