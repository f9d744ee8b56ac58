"""Programs for friendships, messages and 1-on-1 sessions."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from hypothesis import strategies as st
from hypothesis.stateful import initialize, rule

from tests.models.friends import Friends, Pair
from tests.models.meetings import Meeting, Meetings, Token
from tests.models.programs import Program, numbers
from tests.support.zoom_behaviours import answers
from zoom.jobs import call_off_one_on_ones, complete_one_on_ones

PEOPLE = ["ada", "ben", "zoe"]
FRIENDS, SESSIONS = "/v1/friends/", "/v1/sessions/"
REQUESTS = f"{FRIENDS}requests/"
people = st.sampled_from(PEOPLE)
# Weighted towards two of them, so that most actions are between these.
mostly_two = st.sampled_from(["ada", "ben", "ada", "ben", "zoe"])


class FriendProgram(Program):
    """Friend requests, friendships, blocks and messages."""

    def __init__(self) -> None:
        super().__init__()
        self.model: Any = Friends()

    def id_of(self, who: str) -> int:
        return self.world.users[who].pk

    def request_of(self, one: str, other: str) -> Pair | None:
        """Return the request of two people; None if none was made, or it was withdrawn or ended."""
        pair = self.model.pairs.get(frozenset({one, other}))
        return pair if pair and pair.status != "none" else None

    @rule(who=people, other=people)
    def ask(self, who: str, other: str) -> None:
        answer = self.call(who, "post", REQUESTS, {"user_id": self.id_of(other)})
        if self.compare("ask", self.model.ask(who, other), answer):
            pair = self.model.pair(who, other)
            pair.request = answer.json()["id"]
            shown = "accepted" if pair.status == "friends" else pair.status
            assert answer.json()["status"] == shown
            assert answer.json()["from_user"]["username"] == pair.asker

    @rule(who=people, one=people, other=people, accepted=st.booleans())
    def answer(self, who: str, one: str, other: str, accepted: bool) -> None:
        """Somebody answers a request, which may be between two others."""
        pair = self.request_of(one, other)
        name = "accept" if accepted else "decline"
        involved = pair and who in {one, other}
        expected = self.model.answer(who, pair, accepted=accepted) if involved else 404
        number = self.model.pair(one, other).request if one != other else 0
        self.compare(name, expected, self.call(who, "post", f"{REQUESTS}{number}/{name}/"))

    @rule(who=people, other=people, accepted=st.booleans())
    def answer_mine(self, who: str, other: str, accepted: bool) -> None:
        self.answer(who, who, other, accepted)

    @rule(who=people, other=people)
    def withdraw(self, who: str, other: str) -> None:
        pair = self.request_of(who, other)
        expected = self.model.withdraw(who, pair) if pair else 404
        number = self.model.pair(who, other).request if who != other else 0
        self.compare("withdraw", expected, self.call(who, "delete", f"{REQUESTS}{number}/"))

    @rule(who=people, other=people)
    def unfriend(self, who: str, other: str) -> None:
        path = f"{FRIENDS}{self.id_of(other)}/"
        expected = self.model.unfriend(who, other)
        self.compare("unfriend", expected, self.call(who, "delete", path))

    @rule(who=people, other=people)
    def block(self, who: str, other: str) -> None:
        path = f"{FRIENDS}{self.id_of(other)}/block/"
        self.compare("block", self.model.block(who, other), self.call(who, "post", path))

    @rule(who=people, other=people)
    def unblock(self, who: str, other: str) -> None:
        path = f"{FRIENDS}{self.id_of(other)}/block/"
        self.compare("unblock", self.model.unblock(who, other), self.call(who, "delete", path))

    @rule(who=people, other=people)
    def write(self, who: str, other: str) -> None:
        answer = self.call(who, "post", f"{FRIENDS}{self.id_of(other)}/messages/", {"text": "Hi"})
        self.compare("write", self.model.write(who, other), answer)

    @rule(who=people, other=people)
    def read(self, who: str, other: str) -> None:
        answer = self.call(who, "post", f"{FRIENDS}{self.id_of(other)}/messages/read/")
        expected, unread = self.model.read(who, other)
        if self.compare("read", expected, answer):
            assert answer.json() == {"updated": unread}

    @rule(who=people, other=people)
    def look_at_messages(self, who: str, other: str) -> None:
        answer = self.call(who, "get", f"{FRIENDS}{self.id_of(other)}/messages/")
        pair = self.model.pair(who, other) if who != other else Pair()
        assert answer.status_code == (200 if pair.ever_friends else 403)
        if pair.ever_friends:
            names = {self.id_of(name): name for name in PEOPLE}
            shown = [[names[each["sender"]], each["read"]] for each in answer.json()]
            assert shown == pair.messages[::-1]

    @rule(who=people)
    def look(self, who: str) -> None:
        others = [name for name in PEOPLE if name != who]
        friends = {each["user"]["username"] for each in self.get(who, FRIENDS)}
        assert friends == {name for name in others if self.model.are_friends(who, name)}
        pending = {
            name: self.model.pair(who, name).asker
            for name in others
            if self.model.pair(who, name).status == "pending"
        }
        incoming = self.get(who, f"{REQUESTS}?direction=incoming")
        outgoing = self.get(who, f"{REQUESTS}?direction=outgoing")
        assert {each["from_user"]["username"] for each in incoming} == {
            name for name, asker in pending.items() if asker == name
        }
        assert {each["to_user"]["username"] for each in outgoing} == {
            name for name, asker in pending.items() if asker == who
        }

    @rule(who=people)
    def count_news(self, who: str) -> None:
        count = self.get(who, "/api/notifications/unread_count/")["count"]
        assert count == self.model.unread[who]


class MeetingProgram(FriendProgram):
    """1-on-1 sessions of two friends, and of a third person who is sometimes a friend."""

    def __init__(self) -> None:
        super().__init__()
        self.model = Meetings()
        self.tokens: list[Token] = []

    def teardown(self) -> None:
        self.world.zoom.calm()
        super().teardown()

    @initialize()
    def begin(self) -> None:
        self.ask("ada", "ben")
        self.ask("ben", "ada")
        self.create("ada", "ben")
        self.start(0, "ada", True)
        self.create("ada", "ben")

    @rule(one=people, other=people)
    def befriend(self, one: str, other: str) -> None:
        self.unblock(one, other)
        self.unblock(other, one)
        self.ask(one, other)
        self.ask(other, one)

    @rule(who=mostly_two, other=mostly_two)
    def create(self, who: str, other: str) -> None:
        answer = self.call(who, "post", f"{SESSIONS}create/", {"participant_id": self.id_of(other)})
        if self.compare("create", self.model.create(who, other), answer):
            self.model.meetings[answer.json()["id"]] = Meeting(who, other, self.now)

    def at(self, number: int) -> int:
        """Return the id of one of the two newest sessions."""
        return list(self.model.meetings)[-1 - number % min(len(self.model.meetings), 2)]

    def do(self, name: str, number: int, who: str, *, zoom: bool = True) -> Any:
        """POST an action, and compare the answer and the session with the model.

        Returns:
            The answer if it is a success, else None.
        """
        pk = self.at(number)
        expected = self.model.do(name, self.model.meetings[pk], who, self.now, zoom=zoom)
        answer = self.call(who, "post", f"{SESSIONS}{pk}/{name.replace('_', '-')}/")
        done = self.compare(name, expected, answer)
        self.look_at_session(number, who)
        return answer.json() if done else None

    @rule(number=numbers, who=mostly_two, zoom=st.sampled_from([True, True, False]))
    def start(self, number: int, who: str, zoom: bool) -> None:
        if not zoom:
            self.world.zoom.behave("create", answers(500))
        self.do("start", number, who, zoom=zoom)
        self.world.zoom.calm()

    @rule(number=numbers, who=mostly_two)
    def ready(self, number: int, who: str) -> None:
        self.do("ready", number, who)

    @rule(number=numbers, who=mostly_two)
    def get_token(self, number: int, who: str) -> None:
        if made := self.do("join_token", number, who):
            meeting = self.model.meetings[self.at(number)]
            expires_at = self.now + timedelta(hours=1)
            self.tokens.append(Token(made["token"], who, meeting, expires_at))

    @rule(number=numbers, who=mostly_two)
    def redeem(self, number: int, who: str) -> None:
        """Redeem one of the newest tokens, or a guessed one."""
        token = self.tokens[-1 - number] if number < len(self.tokens) else None
        body = {"token": token.text if token else "guessed"}
        answer = self.call(who, "post", f"{SESSIONS}join-token/validate/", body)
        self.compare("redeem", self.model.redeem(token, who, self.now), answer)

    @rule(number=numbers, who=mostly_two, name=st.sampled_from(["leave", "end", "cancel"]))
    def go(self, number: int, who: str, name: str) -> None:
        self.do(name, number, who)

    @rule(hours=st.sampled_from([0.5, 1, 10, 24, 80]))
    def wait(self, hours: float) -> None:
        self.pass_time(timedelta(hours=hours))
        call_off_one_on_ones(self.now)
        complete_one_on_ones(self.now)
        self.model.pass_time(self.now)

    @rule(number=numbers, who=mostly_two)
    def look_at_session(self, number: int, who: str) -> None:
        pk = self.at(number)
        meeting = self.model.meetings[pk]
        if who not in meeting.people:
            assert self.call(who, "get", f"{SESSIONS}{pk}/").status_code == 403
            return
        shown, expected = self.get(who, f"{SESSIONS}{pk}/"), self.seen(meeting, who)
        assert {key: shown[key] for key in expected} == expected
        assert bool(shown["zoom_meeting_url"]) == bool(meeting.starter)
        assert (shown["started_by"] or {"username": ""})["username"] == meeting.starter

    def seen(self, meeting: Meeting, who: str) -> dict[str, Any]:
        return {
            "status": meeting.status,
            "initiator_ready": meeting.initiator in meeting.ready,
            "participant_ready": meeting.participant in meeting.ready,
            "can_join": meeting.may_join(who),
            "allowed_actions": self.model.actions(meeting, who),
        }

    @rule(number=numbers, who=mostly_two)
    def look_at_lists(self, number: int, who: str) -> None:
        listed = {each["id"]: each for each in self.get(who, SESSIONS)}
        mine = {pk: each for pk, each in self.model.meetings.items() if who in each.people}
        assert list(listed) == list(mine)[::-1]
        for pk, meeting in mine.items():
            expected = self.seen(meeting, who)
            assert {key: listed[pk][key] for key in expected} == expected
        pk = self.at(number)
        if pk in mine:
            assert len(self.get(who, f"{SESSIONS}{pk}/audit-logs/")) == mine[pk].logged
