"""An answer that several apps give."""

from typing import TypedDict


class MessageObject(TypedDict):
    """A message for the user."""

    message: str
