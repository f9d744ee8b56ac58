"""A plain model of group sessions (contract S2–S14, N2): a few dicts, no database."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime, timedelta

OPEN = {"upcoming", "pending_approval", "approved", "scheduled"}
LIVE = OPEN | {"ongoing"}
READY = OPEN - {"pending_approval"}
MAX_PLACES = {"instant": 20, "request": 50}
HOUR = timedelta(hours=1)
STAFF, INSTRUCTORS = {"root"}, {"ines"}


@dataclass
class Group:
    """One session; each lasts an hour."""

    mode: str
    creator: str
    places: int
    date: datetime
    status: str
    participants: list[str] = field(default_factory=list)
    requests: list[list[str]] = field(default_factory=list)  # [who, status]
    ends_at: datetime = field(init=False)

    def __post_init__(self) -> None:
        self.ends_at = self.date + HOUR

    @property
    def full(self) -> bool:
        return len(self.participants) >= self.places

    def pending(self) -> list[str]:
        return [who for who, status in self.requests if status == "pending"]

    def attempts(self, who: str) -> int:
        return sum(asker == who for asker, _ in self.requests)

    def decide(self, who: str, status: str) -> None:
        next(each for each in self.requests if each == [who, "pending"])[1] = status

    def role(self, who: str) -> str | None:
        if who == self.creator:
            return "creator"
        if who in self.participants:
            return "participant"
        return "requested" if who in self.pending() else None


class Groups:
    """All sessions, and the number of each person's unread notifications."""

    def __init__(self) -> None:
        self.sessions: dict[int, Group] = {}
        self.unread: Counter[str] = Counter()

    def notify(self, people: list[str]) -> None:
        self.unread.update(people)

    # ── What is shown ────────────────────────────────────────────────────────────────────────

    def can_join(self, group: Group, now: datetime) -> bool:
        return group.status in OPEN and group.date > now and not group.full

    def actions(self, group: Group, who: str, now: datetime) -> list[str]:
        """Return `allowed_actions`, in the contract's order (S4)."""
        role, is_open, live = group.role(who), group.status in OPEN, group.status in LIVE
        creator, has_requests = role == "creator", bool(group.pending())
        may = {
            "join": role is None and self.can_join(group, now) and group.attempts(who) < 3,
            "leave": role == "participant" and is_open,
            "withdraw_request": role == "requested",
            "approve_request": creator and is_open and has_requests and not group.full,
            "reject_request": creator and is_open and has_requests,
            "approve": (creator or who in STAFF) and group.status == "pending_approval",
            "start": creator and group.status in READY,
            "complete": creator and group.status == "ongoing",
            "cancel": (creator or who in STAFF) and live,
            "update": creator and live,
            "delete": creator and group.status not in {"ongoing", "completed"},
        }
        return [name for name, allowed in may.items() if allowed]

    # ── Actions: each changes the model, and returns the status of the answer ────────────────

    def publish(self, who: str, mode: str, places: int, date: datetime, now: datetime) -> int:
        if mode == "instant" and who not in INSTRUCTORS:
            return 403
        return 201 if 2 <= places <= MAX_PLACES[mode] and date > now else 400

    def join(self, group: Group, who: str, now: datetime) -> int:
        if "join" not in self.actions(group, who, now):
            return 400
        if group.mode == "request":
            group.requests.append([who, "pending"])
        else:
            group.participants.append(who)
        self.notify([group.creator])
        return 201

    def leave(self, group: Group, who: str) -> int:
        if who not in group.participants or group.status not in OPEN:
            return 400
        group.participants.remove(who)
        self.notify([group.creator])
        return 200

    def withdraw(self, group: Group, who: str) -> int:
        if who not in group.pending():
            return 404
        group.decide(who, "withdrawn")
        return 204

    def decide(self, group: Group, who: str, asker: str, *, approved: bool) -> int:
        if who != group.creator:
            return 403
        if group.mode == "instant":
            return 404
        if group.status not in OPEN:
            return 400
        if asker not in group.pending():
            return 404
        if approved and group.full:
            return 400
        group.decide(asker, "approved" if approved else "rejected")
        self.notify([asker])
        if approved:
            group.participants.append(asker)
            group.status = "scheduled"
        return 200

    def approve(self, group: Group, who: str) -> int:
        if who != group.creator and who not in STAFF:
            return 403
        if group.status != "pending_approval":
            return 400
        group.status = "approved"
        self.notify([group.creator] if who != group.creator else [])
        return 200

    def start(self, group: Group, who: str, now: datetime) -> int:
        if who != group.creator:
            return 403
        if group.status not in READY:
            return 400
        group.status, group.ends_at = "ongoing", now + HOUR
        self.notify(group.participants)
        self.close_requests(group, notify=True)
        return 200

    def complete(self, group: Group, who: str) -> int:
        if who != group.creator:
            return 403
        if group.status != "ongoing":
            return 400
        group.status = "completed"
        self.notify(group.participants)
        return 200

    def cancel(self, group: Group, who: str) -> int:
        if who != group.creator and who not in STAFF:
            return 403
        if group.status not in LIVE:
            return 400
        group.status = "cancelled"
        self.notify(group.participants + group.pending())
        self.notify([group.creator] if who != group.creator else [])
        self.close_requests(group, notify=False)
        return 200

    def close_requests(self, group: Group, *, notify: bool) -> None:
        for who in group.pending():
            group.decide(who, "rejected")
            self.notify([who] if notify else [])

    def delete(self, group: Group, who: str) -> int:
        if who != group.creator:
            return 403
        if group.status in {"ongoing", "completed"}:
            return 400
        self.notify(group.participants + group.pending())
        return 204

    def resize(self, group: Group, who: str, places: int) -> int:
        if who != group.creator:
            return 403
        fits = max(2, len(group.participants)) <= places <= MAX_PLACES[group.mode]
        if not fits or group.status not in LIVE:
            return 400
        group.places = places
        return 200

    def reschedule(self, group: Group, who: str, date: datetime, now: datetime) -> int:
        if who != group.creator:
            return 403
        if group.status not in LIVE:
            return 400
        if date == group.date:
            return 200
        if group.status == "ongoing" or date <= now:
            return 400
        group.date, group.ends_at = date, date + HOUR
        self.notify(group.participants)
        return 200

    def put_status(self, group: Group, who: str, status: str, now: datetime) -> int:
        if who != group.creator:
            return 403
        if group.status not in LIVE:
            return 400
        unchanged = status == group.status or (status, group.status) == ("approved", "scheduled")
        if group.mode == "instant" or unchanged:
            return 200
        transitions = {
            "approved": lambda: self.approve(group, who),
            "ongoing": lambda: self.start(group, who, now),
            "completed": lambda: self.complete(group, who),
            "cancelled": lambda: self.cancel(group, who),
        }
        return transitions[status]() if status in transitions else 400

    def pass_time(self, now: datetime) -> None:
        """What the jobs do (S14)."""
        for group in self.sessions.values():
            if group.status in OPEN and group.ends_at < now:
                group.status = "expired"
                self.notify(group.participants)
                self.close_requests(group, notify=True)
            if group.status == "ongoing" and group.ends_at + 2 * HOUR < now:
                group.status = "completed"
                self.notify(group.participants)
