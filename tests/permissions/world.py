"""Ten people with different relations to one of them, the creator, who has rows of every kind."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.contrib.auth.tokens import PasswordResetTokenGenerator
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import transaction
from django.utils import timezone
from django.utils.http import urlsafe_base64_encode
from rest_framework.test import APIClient

from accounts import services as accounts
from accounts import tokens
from accounts.models import Role, User
from accounts.tokens import TokenPair, email_links, reset_links
from friendships import services as friendships
from friendships.models import Friendship
from mail.unsubscribing import unsubscribe_links
from materials.models import Material
from notifications.models import Notification
from sessions_app import services
from sessions_app.models import Session
from sessions_app.states import Mode
from tests.operations.full_life import publish, seen
from zoom import services as one_on_ones
from zoom.models import OneOnOneSession

PASSWORD = "a-good-password-26"
# In the order of the columns of the grids.
PEOPLE = (
    "anonymous",
    "stranger",
    "friend",  # of the creator
    "blocked",  # by the creator, and never a friend
    "requester",  # with a pending request for the creator's sessions, and for friendship
    "participant",  # in the creator's sessions, and the other one of their 1-on-1 sessions
    "former",  # was in the creator's sessions, and a friend
    "creator",
    "staff",  # no superuser
    "deactivated",
)
# Part of every text that only the creator and its addressees may read.
PRIVATE = "for-no-stranger"

SETTINGS: dict[str, Any] = {
    "DEBUG": True,  # 1-on-1 sessions meet in stand-in rooms
    "DISABLE_THROTTLING": True,
    "ZOOM_WEBHOOK_SECRET": "webhook-secret-token",
    "METRICS_TOKEN": "metrics-token",
    "PASSWORD_HASHERS": ["django.contrib.auth.hashers.MD5PasswordHasher"],
}


@dataclass
class World:
    """The people and rows that `build` has made.

    Attributes:
        offer: a session in mode `request`, scheduled, with a participant and a pending request.
        waiting: a session that nobody has approved, with a pending request.
        running: a session that has begun, with a participant.
        lesson: an instant session, with a participant.
        note, file: materials of `offer`: the participant's note, the creator's file.
        notification: one of the creator's.
        friend_request: the requester's pending friend request to the creator.
        talk, plan: 1-on-1 sessions of the creator and the participant; only `talk` is started.
        join_token: the creator's, for `talk`.
        tokens, reset, confirm: by person; the deactivated person got theirs before that.
    """

    people: dict[str, User]
    tokens: dict[str, TokenPair]
    offer: Session
    waiting: Session
    running: Session
    lesson: Session
    note: Material
    file: Material
    notification: Notification
    friend_request: Friendship
    talk: OneOnOneSession
    plan: OneOnOneSession
    join_token: str
    unsubscribe: str
    reset: dict[str, dict[str, str]]
    confirm: dict[str, dict[str, str]]
    clients: dict[str, APIClient] = field(default_factory=dict)

    def client(self, who: str) -> APIClient:
        """Return the person's client, with their token, if they have one, and with CSRF checks."""
        if who not in self.clients:
            client = APIClient(enforce_csrf_checks=True, raise_request_exception=False)
            if who in self.tokens:
                client.credentials(HTTP_AUTHORIZATION=f"Bearer {self.tokens[who]['access']}")
            self.clients[who] = client
        return self.clients[who]

    @property
    def room(self) -> str:
        """The last part of the address of the stand-in room of `talk`."""
        return self.talk.zoom_meeting_url.rstrip("/").rsplit("/", 1)[1]


@contextmanager
def rolled_back() -> Iterator[None]:
    """Roll back what is written in this block."""
    with transaction.atomic():
        yield
        transaction.set_rollback(True)


def build() -> World:
    """Make everything with the services."""
    now = timezone.now().replace(microsecond=0)
    people = {name: make_person(name) for name in PEOPLE if name != "anonymous"}
    creator, participant = people["creator"], people["participant"]
    befriend(people, now)
    group = make_sessions(people, now)
    materials = make_materials(group["offer"], creator, participant, now)
    talk, plan = (make_one_on_one(creator, participant, now) for _ in range(2))
    token = meet(talk, creator, participant, now)
    world = World(
        people=people,
        tokens={name: tokens.issue(user) for name, user in people.items()},
        **group,
        **materials,
        notification=Notification.objects.filter(user=creator).latest("pk"),
        friend_request=friendships.ask(by=people["requester"], to=creator, now=now),
        talk=OneOnOneSession.objects.get(pk=talk.pk),
        plan=plan,
        join_token=token,
        unsubscribe=unsubscribe_links.sign(str(creator.pk)),
        reset={name: link(reset_links, user) for name, user in people.items()},
        confirm={name: link(email_links, user) for name, user in people.items()},
    )
    # Last, because a deactivated person can't do any of the above.
    people["deactivated"].is_active = False
    people["deactivated"].save(update_fields=["is_active"])
    accounts.deactivate(people["deactivated"])
    return world


def make_person(name: str) -> User:
    role = Role.INSTRUCTOR if name == "creator" else Role.STUDENT
    fields = {"role": role, "is_staff": name == "staff", "pending_email": f"{name}@example.org"}
    return User.objects.create_user(name, f"{name}@example.com", PASSWORD, **fields)


def link(links: PasswordResetTokenGenerator, user: User) -> dict[str, str]:
    """Return the parameters of the link in a mail for a new password or a new address."""
    uid = urlsafe_base64_encode(str(user.pk).encode())
    return {"uid": uid, "token": links.make_token(user)}


def befriend(people: dict[str, User], now: datetime) -> None:
    creator = people["creator"]
    for name in ("friend", "participant", "former"):
        request = friendships.ask(by=people[name], to=creator, now=now)
        friendships.accept(request, by=creator, now=now)
    text = {"text": f"{PRIVATE} message", "now": now}
    friendships.write(by=creator, to=people["participant"], **text)
    friendships.write(by=people["participant"], to=creator, **text)
    friendships.write(by=people["former"], to=creator, text="We were friends", now=now)
    friendships.unfriend(by=creator, other=people["former"], now=now)
    friendships.block(by=creator, other=people["blocked"], now=now)


def make_sessions(people: dict[str, User], now: datetime) -> dict[str, Session]:
    creator = people["creator"]
    made = {
        name: publish(creator, now, title=f"The {name}", booking_mode=mode)
        for name, mode in [
            ("offer", Mode.REQUEST),
            ("waiting", Mode.REQUEST),
            ("running", Mode.REQUEST),
            ("lesson", Mode.INSTANT),
        ]
    }
    for name in ("offer", "running"):
        for guest in (people["participant"], people["former"]):
            services.join(seen(made[name], guest), by=guest, now=now)
            decision = {"user_id": guest.pk, "by": creator, "now": now}
            services.approve_request(seen(made[name], creator), **decision)
    services.join(seen(made["lesson"], people["participant"]), by=people["participant"], now=now)
    services.join(seen(made["lesson"], people["former"]), by=people["former"], now=now)
    for name in ("offer", "running", "lesson"):
        services.leave(seen(made[name], people["former"]), by=people["former"], now=now)
    for name in ("offer", "waiting"):
        asker, message = people["requester"], f"{PRIVATE} request"
        services.join(seen(made[name], asker), by=asker, now=now, message=message)
    services.start(seen(made["running"], creator), by=creator, now=now)
    return {name: Session.objects.get(pk=row.pk) for name, row in made.items()}


def make_materials(
    offer: Session, creator: User, participant: User, now: datetime
) -> dict[str, Material]:
    note = services.add_material(
        seen(offer, participant), by=participant, now=now, type="note",
        title=f"{PRIVATE} note", content=f"{PRIVATE} content",
    )  # fmt: skip
    return {"note": note, "file": make_file(offer, creator, now)}


def make_file(session: Session, creator: User, now: datetime) -> Material:
    return services.add_material(
        seen(session, creator), by=creator, now=now, type="file", title=f"{PRIVATE} file",
        file=SimpleUploadedFile("private.txt", f"{PRIVATE} text".encode()),
        file_name=f"{PRIVATE}.txt",
    )  # fmt: skip


def make_one_on_one(creator: User, participant: User, now: datetime) -> OneOnOneSession:
    return one_on_ones.create(by=creator, participant_id=participant.pk, now=now)


def meet(talk: OneOnOneSession, creator: User, participant: User, now: datetime) -> str:
    """Start the session with both people ready, and return a join token of the creator."""
    one_on_ones.start(talk, by=creator, now=now)
    for person in (creator, participant):
        one_on_ones.mark_ready(talk, by=person, now=now)
    return one_on_ones.issue(talk, by=creator, now=now).text
