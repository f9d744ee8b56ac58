"""Request bodies of the friends endpoints."""

from __future__ import annotations

from core.api.fields import IdField, Input, TextField
from friendships import limits


class RequestInput(Input):
    """A friend request."""

    user_id = IdField()


class MessageInput(Input):
    """A message to a friend."""

    text = TextField(max_length=limits.TEXT)
