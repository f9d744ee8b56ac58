"""What the endpoints of friends take."""

from __future__ import annotations

from core.fields import IdField, Input, TextField
from friendships import limits


class RequestInput(Input):
    """Who is asked."""

    user_id = IdField()


class MessageInput(Input):
    """What is written."""

    text = TextField(max_length=limits.TEXT)
