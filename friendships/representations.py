"""Friends, requests and messages as JSON."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, TypedDict

from accounts.models import User
from accounts.representations import UserObject, user_object
from friendships.models import Friendship, Message
from friendships.reads import MessageRow
from friendships.states import Status

SHOWN_STATUSES = tuple(status for status in Status if status != Status.CLOSED)


class FriendObject(TypedDict):
    """A friend."""

    user: UserObject
    since: Annotated[datetime, "When you became friends."]


class FriendRequestObject(TypedDict):
    """A friend request."""

    id: int
    from_user: Annotated[UserObject, "The sender. `email` is empty unless it is you or a friend."]
    to_user: Annotated[UserObject, "The recipient. `email` as above."]
    status: Annotated[str, SHOWN_STATUSES]
    created_at: datetime


class ChatMessageObject(TypedDict):
    """A message from one friend to another."""

    id: int
    sender: Annotated[int, "The id of the sender."]
    recipient: Annotated[int, "The id of the recipient."]
    text: str
    session: Annotated[int | None, "The id of its 1-on-1 session, if it has one."]
    read: Annotated[bool, "Whether the recipient has read it."]
    created_at: datetime


def person_object(user: User, *, known: bool) -> UserObject:
    """Return a person, with their e-mail address only if the viewer knows them."""
    shown = user_object(user)
    return shown if known else {**shown, "email": ""}


def found_object(user: Any) -> UserObject:
    """Return a person who was queried with `mark_friends`."""
    return person_object(user, known=user.is_friend)


def friend_object(friendship: Friendship, *, viewer: User) -> FriendObject:
    return {
        "user": user_object(friendship.other_than(viewer)),
        "since": friendship.since,  # type: ignore[typeddict-item]  # a constraint keeps it
    }


def request_object(request: Friendship, *, viewer: User) -> FriendRequestObject:
    friends = request.status == Status.ACCEPTED
    return {
        "id": request.pk,
        "from_user": person_object(request.from_user, known=friends or request.from_user == viewer),
        "to_user": person_object(request.to_user, known=friends or request.to_user == viewer),
        "status": request.status,
        "created_at": request.created_at,
    }


def message_object(message: Message | MessageRow) -> ChatMessageObject:
    return {
        "id": message.pk,
        "sender": message.sender_id,
        "recipient": message.recipient_id,
        "text": message.text,
        "session": message.session_id,
        "read": message.read,
        "created_at": message.created_at,
    }
