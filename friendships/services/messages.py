"""Messages between friends (contract F3)."""

from __future__ import annotations

from datetime import datetime

from accounts.models import User
from core.db.compiled_writes import insert
from core.errors import APIError
from core.push import push_on_commit
from friendships.models import Friendship, Message
from friendships.representations import message_object
from friendships.services.pairs import NOT_FRIENDS, are_friends


def write(
    *, by: User, to: User, text: str, now: datetime, session_id: int | None = None
) -> Message:
    """Send a message to a friend. It is pushed to both, so that all devices of the sender show it.

    Args:
        session_id: the id of its 1-on-1 session, if it has one.

    Raises:
        APIError: 403 if they aren't friends.
    """
    check_may_write(by=by, other=to)
    message = Message(sender=by, recipient=to, text=text, session_id=session_id, created_at=now)
    insert([message])
    frame = {"type": "message", "data": message_object(message)}
    push_on_commit(lambda: [(person.pk, frame) for person in (to, by)])
    return message


def check_may_write(*, by: User, other: User) -> None:
    """Check that two people may write to each other.

    Raises:
        APIError: 403 if they aren't friends.
    """
    if not are_friends(by, other):
        raise APIError(NOT_FRIENDS)


def check_may_read(*, by: User, other: User) -> None:
    """Check that two people may read their messages: friends and former friends may.

    Raises:
        APIError: 403 if they never were.
    """
    if not Friendship.objects.between(by, other).once_accepted().exists():
        raise APIError(NOT_FRIENDS)


def mark_as_read(*, by: User, sender: User) -> int:
    """Mark all messages from `sender` to `by` as read. Returns the number that were unread."""
    return Message.objects.unread(sender=sender, recipient=by).update(read=True)
