"""People as JSON."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal, TypedDict

from accounts.models import User
from accounts.rows import PersonRow
from accounts.tokens import TokenPair


class UserObject(TypedDict):
    """A person, the same everywhere."""

    id: int
    username: str
    first_name: str
    last_name: str
    email: str
    role: Literal["student", "instructor"]
    date_joined: datetime


class ProfileObject(UserObject):
    """Oneself."""

    timezone: str
    email_notifications: Annotated[
        bool, "Are reminders, decisions on requests and cancellations mailed, too?"
    ]
    mails_confirmed: Annotated[
        bool,
        "May mails go to this address? If not, they are sent once the link is followed that is "
        "mailed when `email_notifications` is turned on.",
    ]
    pending_email: Annotated[
        str,
        "The new address, until the mail that went there is confirmed; else an empty text.",
    ]


class RegisteredObject(TokenPair):
    """A new account, signed in."""

    user: UserObject


class MessageObject(TypedDict):
    """A sentence for the person."""

    message: str


class NothingObject(TypedDict):
    """An empty object: the status says it all."""


def user_object(user: User | PersonRow) -> UserObject:
    return {
        "id": user.pk,
        "username": user.username,
        "first_name": user.first_name,
        "last_name": user.last_name,
        "email": user.email,
        "role": user.role,  # type: ignore[typeddict-item]  # a constraint keeps it to the two
        "date_joined": user.date_joined,
    }


def profile_object(user: User) -> ProfileObject:
    return {
        **user_object(user),
        "timezone": user.timezone,
        "email_notifications": user.email_notifications,
        "mails_confirmed": user.mails_confirmed,
        "pending_email": user.pending_email,
    }
