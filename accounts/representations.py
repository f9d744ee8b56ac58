"""People as JSON."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, TypedDict

from accounts.models import Role, User
from accounts.rows import PersonRow
from accounts.tokens import TokenPair


class UserObject(TypedDict):
    """A person."""

    id: int
    username: str
    first_name: str
    last_name: str
    email: str
    role: Annotated[str, Role]
    date_joined: datetime


class ProfileObject(UserObject):
    """Your own profile."""

    timezone: str
    email_notifications: Annotated[
        bool, "Whether reminders, decisions on requests and cancellations are also mailed."
    ]
    mails_confirmed: Annotated[
        bool,
        "Whether mails may be sent to your address. If not, they are sent after you open the link "
        "that is mailed when you turn on `email_notifications`.",
    ]
    pending_email: Annotated[
        str,
        "A new address that is waiting to be confirmed; empty if there is none.",
    ]


class RegisteredObject(TokenPair):
    """A new account and its first tokens."""

    user: UserObject


class NothingObject(TypedDict):
    """An empty object."""


def user_object(user: User | PersonRow) -> UserObject:
    return {
        "id": user.pk,
        "username": user.username,
        "first_name": user.first_name,
        "last_name": user.last_name,
        "email": user.email,
        "role": user.role,
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
