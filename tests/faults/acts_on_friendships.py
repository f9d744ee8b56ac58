"""The acts on friendships and messages."""

from __future__ import annotations

from accounts.models import User
from friendships import services as friendships
from friendships.models import Block, Friendship, Message
from friendships.querysets import FriendshipQuerySet
from tests.faults.acts import Case, act, has, made, notified, status_of
from tests.faults.acts_on_one_on_ones import started
from tests.faults.site import call, friends, now, person
from zoom import services


def between(one: User, other: User, status: str) -> bool:
    rows: FriendshipQuerySet = Friendship.objects.between(one, other)
    return [each.status for each in rows] == [status]


def asked() -> tuple[User, User, Friendship]:
    one, other = person(), person()
    return one, other, friendships.ask(by=one, to=other, now=now())


@act("already_asked_friend")
def ask_for_friendship() -> Case:
    one, other = person(), person()
    return Case(
        lambda: call("POST", "/v1/friends/requests/", one, {"user_id": other.pk}),
        lambda: between(one, other, "pending") and notified("friend_request", other),
    )


@act("wrong_state", "not_found", "request_not_pending")
def accept_friendship() -> Case:
    one, other, row = asked()
    return Case(
        lambda: call("POST", f"/v1/friends/requests/{row.pk}/accept/", other),
        lambda: between(one, other, "accepted") and notified("friend_accepted", one),
    )


@act("wrong_state", "not_found", "request_not_pending")
def withdraw_friendship() -> Case:
    one, other, row = asked()
    return Case(
        lambda: call("DELETE", f"/v1/friends/requests/{row.pk}/", one),
        lambda: between(one, other, "closed"),
    )


@act("no_friend", "not_found", "wrong_state")
def unfriend() -> Case:
    one, other = friends()
    pending = services.create(by=one, participant_id=other.pk, now=now())
    going = started(one, other)
    return Case(
        lambda: call("DELETE", f"/v1/friends/{other.pk}/", one),
        lambda: (
            between(one, other, "closed")
            and status_of(pending) == "cancelled"
            and status_of(going) == "completed"
            and notified("one_on_one_ended", other)
        ),
    )


@act()
def block() -> Case:
    one, other = friends()
    pending = services.create(by=one, participant_id=other.pk, now=now())
    return Case(
        lambda: call("POST", f"/v1/friends/{other.pk}/block/", one),
        lambda: (
            has(Block.objects.filter(blocker=one))
            and between(one, other, "closed")
            and status_of(pending) == "cancelled"
            and notified("one_on_one_cancelled", other)
        ),
    )


@act()
def unblock() -> Case:
    one, other = friends()
    friendships.block(by=one, other=other, now=now())
    return Case(
        lambda: call("DELETE", f"/v1/friends/{other.pk}/block/", one),
        lambda: has(Block.objects.filter(blocker=one), 0),
    )


@act()
def write_message() -> Case:
    one, other = friends()
    return Case(
        lambda: call("POST", f"/v1/friends/{other.pk}/messages/", one, {"text": "x" * 4000}),
        lambda: made(Message.objects.filter(sender=one)),
    )
