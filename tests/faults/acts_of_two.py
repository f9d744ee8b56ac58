"""The acts on accounts, and between two people: friendships, messages, 1-on-1 sessions."""

from __future__ import annotations

import hashlib
import hmac
import json
import time
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.contrib.auth.hashers import make_password

from accounts import tokens
from accounts.models import Mail, RevokedToken, User
from friendships import services as friendships
from friendships.models import Block, Friendship, Message
from friendships.querysets import FriendshipQuerySet
from notifications.models import Notification
from tests.faults.acts import Case, act, has, made, rewrite, status_of, told
from tests.faults.site import Reply, call, friends, new_name, now, person, run
from zoom import services
from zoom.models import AuditEntry, JoinToken, OneOnOneSession

PASSWORD = "a-good-password-26"


@act("validation_error")
def register() -> Case:
    name = new_name()
    body = {"username": name, "email": f"{name}@example.com", "password": PASSWORD}
    return Case(
        lambda: call("POST", "/api/auth/register/", body=body),
        lambda: has(User.objects.filter(username=name)),
    )


@act()
def sign_in() -> Case:
    body = {"username": with_password().username, "password": PASSWORD}
    return Case(lambda: call("POST", "/api/auth/token/", body=body), lambda: True)


def with_password() -> User:
    by = person()
    by.password = make_password(PASSWORD)
    by.save()
    return by


@act("token_not_valid")
def change_password() -> Case:
    by = with_password()
    body = {"old_password": PASSWORD, "new_password": "another-good-one-27"}
    return Case(
        lambda: call("POST", "/api/auth/password/change/", by, body),
        lambda: User.objects.get(pk=by.pk).check_password("another-good-one-27"),
    )


@act()
def ask_for_reset() -> Case:
    by = person()
    return Case(
        lambda: call("POST", "/api/auth/password/reset/", body={"email": by.email}),
        lambda: made(Mail.objects.filter(address=by.email)),
    )


@act("token_not_valid")
def sign_out() -> Case:
    by = person()
    refresh = tokens.issue(by)["refresh"]
    return Case(
        lambda: call("POST", "/api/auth/logout/", body={"refresh": refresh}),
        lambda: has(RevokedToken.objects.filter(user=by)),
    )


@act()
def change_oneself() -> Case:
    by = person()
    return Case(
        lambda: call("PATCH", "/api/auth/me/", by, {"first_name": "Ada"}),
        lambda: User.objects.get(pk=by.pk).first_name == "Ada",
    )


@act()
def mark_all_as_read() -> Case:
    _, by = friends_who_heard()
    return Case(
        lambda: call("POST", "/api/notifications/mark_all_as_read/", by),
        lambda: has(Notification.objects.filter(user=by, read=False), 0),
    )


def friends_who_heard() -> tuple[User, User]:
    one, other = friends()
    services.create(by=one, participant_id=other.pk, now=now())
    return one, other


# ── Friendships ──────────────────────────────────────────────────────────────────────────────


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
        lambda: between(one, other, "pending") and told("friend_request", other),
    )


@act("wrong_state", "not_found", "request_not_pending")
def accept_friendship() -> Case:
    one, other, row = asked()
    return Case(
        lambda: call("POST", f"/v1/friends/requests/{row.pk}/accept/", other),
        lambda: between(one, other, "accepted") and told("friend_accepted", one),
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
            and told("one_on_one_ended", other)
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
            and told("one_on_one_cancelled", other)
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


# ── 1-on-1 sessions ──────────────────────────────────────────────────────────────────────────


def started(one: User, other: User) -> OneOnOneSession:
    row = services.create(by=one, participant_id=other.pk, now=now())
    services.start(row, by=one, now=now())
    return row


def both_ready(row: OneOnOneSession) -> OneOnOneSession:
    for each in row.people:
        services.mark_ready(row, by=each, now=now())
    return row


def at(row: OneOnOneSession, action: str) -> str:
    return f"/v1/sessions/{row.pk}/{action}/"


def logged(row: OneOnOneSession, event: str) -> int:
    return AuditEntry.objects.filter(session=row, event_type=event).count()


@act()
def propose() -> Case:
    one, other = friends()
    return Case(
        lambda: call("POST", "/v1/sessions/create/", one, {"participant_id": other.pk}),
        lambda: made(OneOnOneSession.objects.filter(initiator=one)),
    )


@act("already_started", "start_in_progress")
def start() -> Case:
    one, other = friends()
    row = services.create(by=one, participant_id=other.pk, now=now())
    return Case(
        lambda: call("POST", at(row, "start"), one),
        lambda: (
            status_of(row) == "active"
            and has(Message.objects.filter(session=row))
            and told("one_on_one_started", other)
        ),
    )


@act()
def ready() -> Case:
    one, other = friends()
    row = started(one, other)
    return Case(
        lambda: call("POST", at(row, "ready"), other),
        lambda: logged(row, "ready") == 1 and told("one_on_one_ready", one),
    )


@act()
def get_join_token() -> Case:
    row = both_ready(started(*friends()))
    return Case(
        lambda: call("POST", at(row, "join-token"), row.initiator),
        lambda: made(JoinToken.objects.filter(session=row)),
    )


@act("join_token_used")
def use_join_token() -> Case:
    row = both_ready(started(*friends()))
    body = {"token": services.issue(row, by=row.initiator, now=now()).text}
    return Case(
        lambda: call("POST", "/v1/sessions/join-token/validate/", row.initiator, body),
        lambda: logged(row, "joined") == 1,
    )


@act("cannot_end")
def end() -> Case:
    row = started(*friends())
    return Case(
        lambda: call("POST", at(row, "end"), row.initiator),
        lambda: status_of(row) == "completed" and told("one_on_one_ended", row.participant),
    )


@act("cannot_cancel")
def cancel() -> Case:
    row = started(*friends())
    return Case(
        lambda: call("POST", at(row, "cancel"), row.initiator),
        lambda: status_of(row) == "cancelled" and told("one_on_one_cancelled", row.participant),
    )


def zoom_says(row: OneOnOneSession, name: str, moment: int, **who: str) -> Reply:
    meeting: dict[str, Any] = {"id": row.zoom_meeting_id, "uuid": f"u{row.pk}=="}
    if who:
        meeting["participant"] = who
    body = json.dumps({"event": name, "event_ts": moment, "payload": {"object": meeting}})
    stamp = str(int(time.time()))
    signed = hmac.new(
        settings.ZOOM_WEBHOOK_SECRET.encode(), f"v0:{stamp}:{body}".encode(), hashlib.sha256
    )
    headers = {"x-zm-request-timestamp": stamp, "x-zm-signature": f"v0={signed.hexdigest()}"}
    options = {"data": body, "content_type": "application/json", "headers": headers}
    return call("POST", "/v1/zoom/webhook/", **options)


@act()
def zoom_tells_of_somebody() -> Case:
    row = started(*friends())
    row.refresh_from_db()
    who = {"participant_uuid": "p", "email": row.participant.email}
    return Case(
        lambda: zoom_says(row, "meeting.participant_joined", 5, **who),
        lambda: logged(row, "joined") == 1,
    )


@act()
def zoom_tells_of_the_end() -> Case:
    row = started(*friends())
    row.refresh_from_db()
    for number, each in enumerate(row.people):
        who = {"participant_uuid": str(number), "email": each.email}
        zoom_says(row, "meeting.participant_joined", number, **who)
    return Case(
        lambda: zoom_says(row, "meeting.ended", 9),
        lambda: status_of(row) == "completed" and told("one_on_one_ended", *row.people),
    )


@act()
def call_off_overdue() -> Case:
    one, other = friends()
    row = services.create(by=one, participant_id=other.pk, now=now())
    rewrite(row, created_at=now() - timedelta(days=8))
    return Case(
        lambda: run("call_off_one_on_ones"),
        lambda: status_of(row) == "cancelled" and told("one_on_one_cancelled", one, other),
    )


@act()
def complete_one_on_one() -> Case:
    row = started(*friends())
    rewrite(row, started_at=now() - timedelta(days=2))
    return Case(
        lambda: run("complete_one_on_ones"),
        lambda: status_of(row) == "completed" and told("one_on_one_ended", *row.people),
    )
