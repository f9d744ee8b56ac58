"""The demo friends and their messages."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from accounts.models import User
from friendships import services


@dataclass(frozen=True)
class Chat:
    """Two friends: who asked, who accepted, and their messages in turn, the asker's first."""

    asker: str
    asked: str
    lines: tuple[str, ...]


CHATS = (
    Chat(
        "alice",
        "bob",
        (
            "Did you get the third exercise?",
            "Only half of it. I don't get the base case.",
            "Let's go through it on Thursday. Bring your sketch!",
        ),
    ),
    Chat(
        "chen",
        "maria",
        ("Thank you for the closures session.", "My pleasure. Come to the one on hooks, too."),
    ),
)


def befriend(people: dict[str, User], now: datetime) -> None:
    """Make the people of each chat friends as of a week ago, with messages since then."""
    asked = now - timedelta(days=7)
    for chat in CHATS:
        one, other = people[chat.asker], people[chat.asked]
        request = services.ask(by=one, to=other, now=asked)
        services.accept(request, by=other, now=asked + timedelta(hours=2))
        for number, text in enumerate(chat.lines, start=1):
            written = asked + timedelta(days=number)
            services.write(by=one, to=other, text=text, now=written)
            one, other = other, one
