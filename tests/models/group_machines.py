"""Programs for group sessions, in mode `instant` and in mode `request`."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from hypothesis import strategies as st
from hypothesis.stateful import initialize, rule

from sessions_app.jobs import complete_sessions, expire_sessions
from tests.models.groups import HOUR, STAFF, Group, Groups
from tests.models.programs import Program, numbers

PATH = "/api/sessions/"
PEOPLE = ["ines", "sam", "tia", "uma", "root"]
# Weighted towards the creator, who may do most of the actions.
people = st.sampled_from(["ines", *PEOPLE])
students = st.sampled_from(["sam", "tia", "uma", "root"])
places = st.integers(1, 5)
hours = st.integers(-1, 4)
STATUSES = [
    "approved",
    "ongoing",
    "completed",
    "cancelled",
    "scheduled",
    "pending_approval",
    "expired",
]


class InstantProgram(Program):
    """Sessions in mode `instant`."""

    mode = "instant"
    initial = "upcoming"

    def __init__(self) -> None:
        super().__init__()
        self.model = Groups()

    def at(self, number: int) -> tuple[int, Group | None]:
        """Return one of the sessions and its id; 0 and None if there are none."""
        known = list(self.model.sessions)
        pk = known[number % len(known)] if known else 0
        return pk, self.model.sessions.get(pk)

    def do(self, name: str, number: int, who: str, apply: Any, body: Any = None) -> None:
        """POST an action, and compare the answer with the model's."""
        pk, group = self.at(number)
        expected = apply(group) if group else 404
        self.compare(name, expected, self.call(who, "post", f"{PATH}{pk}/{name}/", body))
        self.look(number, who)

    def put(self, name: str, number: int, who: str, apply: Any, body: Any) -> None:
        pk, group = self.at(number)
        expected = apply(group) if group else 404
        self.compare(name, expected, self.call(who, "put", f"{PATH}{pk}/", body))
        self.look(number, who)

    # ── Steps ────────────────────────────────────────────────────────────────────────────────

    @initialize(size=st.integers(2, 3))
    def begin(self, size: int) -> None:
        self.publish("ines", size, 3)
        self.publish("ines", size, 3)
        self.join(1, "sam")

    @rule(who=people, size=places, after=hours)
    def publish(self, who: str, size: int, after: int) -> None:
        date = self.now + after * HOUR
        body = {
            "title": "Programs",
            "description": "Step by step.",
            "subject": "Logic",
            "level": "beginner",
            "booking_mode": self.mode,
            "max_participants": size,
            "date": date.isoformat(),
        }
        answer = self.call(who, "post", PATH, body)
        if self.compare(
            "publish", self.model.publish(who, self.mode, size, date, self.now), answer
        ):
            made = Group(self.mode, who, size, date, self.initial)
            self.model.sessions[answer.json()["id"]] = made

    @rule(number=numbers, who=people)
    def join(self, number: int, who: str) -> None:
        self.do("join", number, who, lambda group: self.model.join(group, who, self.now), {})

    @rule(number=numbers, who=students)
    def join_as_student(self, number: int, who: str) -> None:
        self.join(number, who)

    @rule(number=numbers, who=students)
    def leave(self, number: int, who: str) -> None:
        self.do("leave", number, who, lambda group: self.model.leave(group, who))

    @rule(number=numbers, who=people)
    def start(self, number: int, who: str) -> None:
        self.do("start", number, who, lambda group: self.model.start(group, who, self.now))

    @rule(number=numbers, who=people)
    def complete(self, number: int, who: str) -> None:
        self.do("complete", number, who, lambda group: self.model.complete(group, who))

    @rule(number=numbers, who=people)
    def cancel(self, number: int, who: str) -> None:
        self.do("cancel", number, who, lambda group: self.model.cancel(group, who), {})

    @rule(number=numbers, who=people, size=places)
    def resize(self, number: int, who: str, size: int) -> None:
        body = {"max_participants": size}
        self.put("resize", number, who, lambda group: self.model.resize(group, who, size), body)

    @rule(number=numbers, who=people, after=hours)
    def reschedule(self, number: int, who: str, after: int) -> None:
        date = self.now + after * HOUR
        self.put(
            "reschedule",
            number,
            who,
            lambda group: self.model.reschedule(group, who, date, self.now),
            {"date": date.isoformat()},
        )

    @rule(number=numbers, who=people, status=st.sampled_from(STATUSES))
    def put_status(self, number: int, who: str, status: str) -> None:
        self.put(
            "put_status",
            number,
            who,
            lambda group: self.model.put_status(group, who, status, self.now),
            {"status": status},
        )

    @rule(number=numbers, who=people)
    def delete(self, number: int, who: str) -> None:
        pk, group = self.at(number)
        expected = self.model.delete(group, who) if group else 404
        if self.compare("delete", expected, self.call(who, "delete", f"{PATH}{pk}/")):
            del self.model.sessions[pk]

    @rule(minutes=st.sampled_from([10, 45, 60, 90, 240]))
    def wait(self, minutes: int) -> None:
        self.pass_time(timedelta(minutes=minutes))
        expire_sessions(self.now)
        complete_sessions(self.now)
        self.model.pass_time(self.now)

    @rule(who=people)
    def read_news(self, who: str) -> None:
        answer = self.call(who, "post", "/api/notifications/mark_all_as_read/")
        assert answer.json() == {"updated": self.model.unread.pop(who, 0)}

    # ── What is compared ─────────────────────────────────────────────────────────────────────

    @rule(number=numbers, who=people)
    def look(self, number: int, who: str) -> None:
        pk, group = self.at(number)
        if group is None:
            assert self.call(who, "get", f"{PATH}{pk}/").status_code == 404
            return
        shown = self.get(who, f"{PATH}{pk}/")
        assert {key: shown[key] for key in self.seen(group, who)} == self.seen(group, who)
        assert [each["user"]["username"] for each in shown["participants"]] == group.participants
        requests = [
            [each["user"]["username"], each["status"]] for each in shown["booking_requests"]
        ]
        assert sorted(requests) == sorted(self.requests_seen(group, who))

    def seen(self, group: Group, who: str) -> dict[str, Any]:
        return {
            "status": group.status,
            "max_participants": group.places,
            "participant_count": len(group.participants),
            "is_full": group.full,
            "available_spots": group.places - len(group.participants),
            "date": group.date.strftime("%Y-%m-%dT%H:%M:%SZ"),
            "can_join": self.model.can_join(group, self.now),
            "viewer_role": group.role(who),
            "allowed_actions": self.model.actions(group, who, self.now),
        }

    def requests_seen(self, group: Group, who: str) -> list[list[str]]:
        sees_all = who == group.creator or who in STAFF
        return [
            [asker, status]
            for asker, status in group.requests
            if status != "withdrawn" and (sees_all or asker == who)
        ]

    @rule(who=people)
    def look_at_lists(self, who: str) -> None:
        sessions = self.model.sessions
        roles = {pk: group.role(who) for pk, group in sessions.items()}
        listed = {each["id"]: each for each in self.get(who, PATH)["results"]}
        assert set(listed) == set(sessions)
        for pk, group in sessions.items():
            seen = self.seen(group, who)
            assert {key: listed[pk][key] for key in seen} == seen
        mine = self.get(who, f"{PATH}my_sessions/")
        for key, role in (("created", "creator"), ("joined", "participant")):
            assert {each["id"] for each in mine[key]} == {pk for pk in roles if roles[pk] == role}
        requested = self.get(who, f"{PATH}requested_sessions/")["results"]
        assert {each["id"] for each in requested} == {
            pk for pk in roles if roles[pk] == "requested"
        }

    @rule(who=people)
    def count_news(self, who: str) -> None:
        count = self.get(who, "/api/notifications/unread_count/")["count"]
        assert count == self.model.unread[who]


class BookingProgram(InstantProgram):
    """Sessions in mode `request`."""

    mode = "request"
    initial = "pending_approval"

    @initialize(size=st.integers(2, 3))
    def begin(self, size: int) -> None:
        super().begin(size)
        self.join(1, "tia")
        self.approve_somebody(1, "sam")

    @rule(number=numbers, who=people)
    def approve(self, number: int, who: str) -> None:
        self.do("approve", number, who, lambda group: self.model.approve(group, who))

    @rule(number=numbers, who=students)
    def withdraw_request(self, number: int, who: str) -> None:
        self.do("withdraw_request", number, who, lambda group: self.model.withdraw(group, who))

    @rule(number=numbers, who=people, asker=students, approved=st.booleans())
    def decide(self, number: int, who: str, asker: str, approved: bool) -> None:
        self.do(
            "approve_request" if approved else "reject_request",
            number,
            who,
            lambda group: self.model.decide(group, who, asker, approved=approved),
            {"user_id": self.world.users[asker].pk},
        )

    @rule(number=numbers, asker=students)
    def approve_somebody(self, number: int, asker: str) -> None:
        self.decide(number, "ines", asker, True)
