"""A plain model of 1-on-1 sessions (contract O2–O7), on top of friendships (F2)."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta

from tests.models.friends import Friends

LIVE = {"pending", "active"}


@dataclass
class Meeting:
    """One 1-on-1 session."""

    initiator: str
    participant: str
    created_at: datetime
    status: str = "pending"
    starter: str = ""
    started_at: datetime | None = None
    ready: set[str] = field(default_factory=set)
    logged: int = 1

    @property
    def people(self) -> list[str]:
        return [self.initiator, self.participant]

    def other(self, who: str) -> str:
        return self.participant if who == self.initiator else self.initiator

    def may_join(self, who: str) -> bool:
        """Whichever of the two joins, the one who is not the starter must be ready (O4)."""
        must_be_ready = self.other(who) if who == self.starter else who
        return self.status == "active" and must_be_ready in self.ready


@dataclass
class Token:
    text: str
    owner: str
    meeting: Meeting
    expires_at: datetime
    used: bool = False


class Meetings(Friends):
    """All 1-on-1 sessions, and all friendships."""

    def __init__(self) -> None:
        super().__init__()
        self.meetings: dict[int, Meeting] = {}

    def actions(self, meeting: Meeting, who: str) -> list[str]:
        pending, active = meeting.status == "pending", meeting.status == "active"
        may = {
            "start": pending,
            "ready": pending or active,
            "join_token": meeting.may_join(who),
            "leave": active,
            "end": active,
            "cancel": pending or active,
        }
        return [name for name, allowed in may.items() if allowed]

    def create(self, who: str, other: str) -> int:
        if who == other:
            return 400
        if not self.are_friends(who, other):
            return 403
        self.unread[other] += 1
        return 201

    def do(self, name: str, meeting: Meeting, who: str, now: datetime, *, zoom: bool) -> int:
        """Do the action with this name, and return the status of the answer.

        Args:
            zoom: whether Zoom answers without an error.
        """
        if who not in meeting.people:
            return 403
        if name == "join_token" and meeting.status == "active" and not meeting.may_join(who):
            return 403
        if name not in self.actions(meeting, who):
            return 400
        return {
            "start": lambda: self.start(meeting, who, now, zoom=zoom),
            "ready": lambda: self.be_ready(meeting, who),
            "join_token": lambda: 201,
            "leave": lambda: self.log(meeting),
            "end": lambda: self.finish(meeting, "completed", [meeting.other(who)]),
            "cancel": lambda: self.finish(meeting, "cancelled", [meeting.other(who)]),
        }[name]()

    def log(self, meeting: Meeting, entries: int = 1) -> int:
        meeting.logged += entries
        return 200

    def start(self, meeting: Meeting, who: str, now: datetime, *, zoom: bool) -> int:
        if not zoom:
            return 502
        meeting.status, meeting.starter, meeting.started_at = "active", who, now
        self.pair(*meeting.people).messages.append([who, False])
        self.unread[meeting.other(who)] += 1
        return self.log(meeting, 2)

    def be_ready(self, meeting: Meeting, who: str) -> int:
        if who not in meeting.ready:
            meeting.ready.add(who)
            self.unread[meeting.other(who)] += 1
            self.log(meeting)
        return 200

    def finish(self, meeting: Meeting, status: str, notified: list[str]) -> int:
        meeting.status = status
        self.unread.update(notified)
        return self.log(meeting)

    def redeem(self, token: Token | None, who: str, now: datetime) -> int:
        if token is None:
            return 400
        if token.owner != who:
            return 403
        if token.meeting.status != "active" or token.used or token.expires_at <= now:
            return 400
        token.used = True
        return self.log(token.meeting)

    def end_sessions(self, who: str, other: str) -> None:
        """End the open sessions of two people whose friendship ends (O2)."""
        for meeting in self.meetings.values():
            if {who, other} == set(meeting.people) and meeting.status in LIVE:
                status = "completed" if meeting.status == "active" else "cancelled"
                self.finish(meeting, status, [other])

    def unfriend(self, who: str, other: str) -> int:
        status = super().unfriend(who, other)
        if status == 204:
            self.end_sessions(who, other)
        return status

    def block(self, who: str, other: str) -> int:
        status = super().block(who, other)
        if status == 204:
            self.end_sessions(who, other)
        return status

    def pass_time(self, now: datetime) -> None:
        """What the jobs do (O2)."""
        for meeting in self.meetings.values():
            if meeting.status == "pending" and meeting.created_at + timedelta(days=7) <= now:
                self.finish(meeting, "cancelled", meeting.people)
            since = meeting.started_at
            if meeting.status == "active" and since and since + timedelta(days=1) <= now:
                self.finish(meeting, "completed", meeting.people)
