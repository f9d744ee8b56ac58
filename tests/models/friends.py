"""A plain model of friendships and messages (contract F1–F3)."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field


@dataclass
class Pair:
    """Two people; `status` is "none", "pending", "declined" or "friends"."""

    status: str = "none"
    asker: str = ""
    asks: int = 0
    ever_friends: bool = False
    request: int = 0
    messages: list[list[object]] = field(default_factory=list)  # [sender, read]


class Friends:
    """All pairs, all blocks, and the number of each person's unread notifications."""

    def __init__(self) -> None:
        self.pairs: dict[frozenset[str], Pair] = {}
        self.blocks: set[tuple[str, str]] = set()
        self.unread: Counter[str] = Counter()

    def pair(self, one: str, other: str) -> Pair:
        return self.pairs.setdefault(frozenset({one, other}), Pair())

    def are_friends(self, one: str, other: str) -> bool:
        return one != other and self.pair(one, other).status == "friends"

    def ask(self, who: str, other: str) -> int:
        """Asking somebody who has asked accepts their request (F1). The limit is three in a row."""
        if who == other:
            return 400
        pair = self.pair(who, other)
        if (who, other) in self.blocks or (other, who) in self.blocks:
            return 403
        if pair.status == "pending" and pair.asker != who:
            return self.become_friends(pair, 201)
        earlier = pair.asks if pair.asker == who else 0
        if pair.status in {"friends", "pending"} or earlier == 3:
            return 400
        pair.status, pair.asker, pair.asks = "pending", who, earlier + 1
        self.unread[other] += 1
        return 201

    def become_friends(self, pair: Pair, status: int) -> int:
        pair.status, pair.asks, pair.ever_friends = "friends", 0, True
        self.unread[pair.asker] += 1
        return status

    def answer(self, who: str, pair: Pair, *, accepted: bool) -> int:
        if who == pair.asker:
            return 403
        if pair.status != "pending":
            return 400
        if accepted:
            return self.become_friends(pair, 200)
        pair.status = "declined"
        return 200

    def withdraw(self, who: str, pair: Pair) -> int:
        if who != pair.asker:
            return 403
        if pair.status != "pending":
            return 400
        pair.status = "none"
        return 204

    def unfriend(self, who: str, other: str) -> int:
        if who == other:
            return 400
        if not self.are_friends(who, other):
            return 404
        self.pair(who, other).status = "none"
        return 204

    def block(self, who: str, other: str) -> int:
        if who == other:
            return 400
        self.blocks.add((who, other))
        pair = self.pair(who, other)
        if pair.status in {"pending", "friends"}:
            pair.status = "none"
        return 204

    def unblock(self, who: str, other: str) -> int:
        self.blocks.discard((who, other))
        return 204

    def write(self, who: str, other: str) -> int:
        if not self.are_friends(who, other):
            return 403
        self.pair(who, other).messages.append([who, False])
        return 201

    def read(self, who: str, other: str) -> tuple[int, int]:
        """Return the status, and the number of messages that were unread."""
        if who == other or not self.pair(who, other).ever_friends:
            return 403, 0
        unread = [each for each in self.pair(who, other).messages if each == [other, False]]
        for each in unread:
            each[1] = True
        return 200, len(unread)
