"""All changes to friendships, blocks and messages: one function per action."""

from friendships.services.endings import ENDINGS, block, unblock, unfriend
from friendships.services.messages import check_may_read, check_may_write, mark_as_read, write
from friendships.services.pairs import NOT_FRIENDS, ONESELF, are_friends, check_friends, locked_pair
from friendships.services.requests import (
    ALREADY_FRIENDS,
    NOT_WITH_THEM,
    YOU_HAVE_BLOCKED,
    accept,
    ask,
    decline,
    withdraw,
)

__all__ = [
    "ALREADY_FRIENDS",
    "ENDINGS",
    "NOT_FRIENDS",
    "NOT_WITH_THEM",
    "ONESELF",
    "YOU_HAVE_BLOCKED",
    "accept",
    "are_friends",
    "ask",
    "block",
    "check_friends",
    "check_may_read",
    "check_may_write",
    "decline",
    "locked_pair",
    "mark_as_read",
    "unblock",
    "unfriend",
    "withdraw",
    "write",
]
