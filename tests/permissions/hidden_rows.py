"""Addresses with the id of a row that is hidden from somebody, each with an address of the same
form that names nothing. Both must get the same answer."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

import jwt
from django.utils.http import urlsafe_base64_encode

from core.api.fields import MAX_ID
from tests.permissions.sending import FILE
from tests.permissions.world import PASSWORD, World, make_file

NOTHING = MAX_ID - 1
Ids = Callable[[World], Mapping[str, Any]]


@dataclass(frozen=True)
class HiddenRow:
    """A hidden row, and an id without a row.

    Attributes:
        name: what is hidden.
        routes: the prefix of the routes that name it.
        hidden: the value of each parameter of the route.
        nothing: the same, with an id that doesn't exist.
        people: the people from whom it is hidden.
        moderated: whether it is hidden on a moderated site only (contract S9).
        query: added to both addresses.
    """

    name: str
    routes: str
    hidden: Ids
    nothing: Ids
    people: tuple[str, ...]
    moderated: bool = False
    query: str = ""


ALL_OTHERS = ("stranger", "friend", "blocked", "requester", "participant", "former")
ANYBODY = ("anonymous", "stranger", "participant", "creator", "staff")
SESSION = "/api/sessions/<id:pk>/"
MATERIALS = "/api/sessions/<id:session_id>/materials/"
FORGED = "?expires=4102444800&signature=forged"


def of_offer(world: World) -> Mapping[str, Any]:
    return {"session_id": world.offer.pk, "pk": world.file.pk}


def of_waiting(world: World) -> Mapping[str, Any]:
    return {"session_id": world.waiting.pk, "pk": world.file.pk}


HIDDEN_ROWS = (
    HiddenRow(
        "a waiting session",
        SESSION,
        lambda world: {"pk": world.waiting.pk},
        lambda world: {"pk": NOTHING},
        ALL_OTHERS,
        moderated=True,
    ),
    HiddenRow(
        "the materials of a waiting session",
        MATERIALS,
        of_waiting,
        lambda world: {**of_waiting(world), "session_id": NOTHING},
        ALL_OTHERS,
        moderated=True,
    ),
    HiddenRow(
        "a material of a waiting session",
        f"{MATERIALS}<id:pk>/",
        of_waiting,
        lambda world: {**of_waiting(world), "pk": NOTHING},
        ALL_OTHERS,
        moderated=True,
    ),
    HiddenRow(
        "a material through another session's path",
        f"{MATERIALS}<id:pk>/",
        lambda world: {"session_id": world.lesson.pk, "pk": world.file.pk},
        lambda world: {"session_id": world.lesson.pk, "pk": NOTHING},
        ("stranger", "participant", "creator", "staff"),
    ),
    HiddenRow(
        "a file with a forged signature",
        FILE,
        of_offer,
        lambda world: {"session_id": NOTHING, "pk": NOTHING},
        ANYBODY,
        query=FORGED,
    ),
    HiddenRow(
        "a note with a forged signature",
        FILE,
        lambda world: {**of_offer(world), "pk": world.note.pk},
        lambda world: {**of_offer(world), "pk": NOTHING},
        ANYBODY,
        query=FORGED,
    ),
    HiddenRow(
        "a file of a waiting session with a forged signature",
        FILE,
        of_waiting,
        lambda world: {**of_waiting(world), "pk": NOTHING},
        ANYBODY,
        moderated=True,
        query=FORGED,
    ),
    HiddenRow(
        "somebody else's notification",
        "/api/notifications/<id:pk>/",
        lambda world: {"pk": world.notification.pk},
        lambda world: {"pk": NOTHING},
        (*ALL_OTHERS, "staff"),
    ),
    HiddenRow(
        "somebody else's friend request",
        "/v1/friends/requests/<id:pk>/",
        lambda world: {"pk": world.friend_request.pk},
        lambda world: {"pk": NOTHING},
        ("stranger", "friend", "blocked", "participant", "former", "staff"),
    ),
    # Nobody learns that they are blocked (contract F2): the answer is that for a non-friend.
    HiddenRow(
        "somebody who has blocked the viewer",
        "/v1/friends/<id:user_id>/",
        lambda world: {"user_id": world.people["creator"].pk},
        lambda world: {"user_id": world.people["staff"].pk},
        ("blocked",),
    ),
    HiddenRow(
        "a person in a forged link",
        "/api/auth/unsubscribe/<str:token>/",
        lambda world: {"token": f"{world.people['creator'].pk}:forged"},
        lambda world: {"token": f"{NOTHING}:forged"},
        ANYBODY,
    ),
    HiddenRow(
        "a room with a part of its address",
        "/v1/stand-in-room/<slug:room>/",
        lambda world: {"room": world.room[1:]},
        lambda world: {"room": "made-up"},
        ANYBODY,
    ),
)

# Not hidden, by the contract: a 1-on-1 session of two others is a 403 (O3).
REVEALED = ("/v1/sessions/<id:pk>/",)


def with_hidden_file(world: World) -> World:
    """Return the same world with a file in the waiting session."""
    creator, waiting = world.people["creator"], world.waiting
    return replace(world, file=make_file(waiting, creator, waiting.created_at))


def address(route: str, ids: Mapping[str, Any], query: str) -> str:
    return re.sub(r"<\w+:(\w+)>", lambda match: str(ids[match[1]]), route) + query


def link_of(pk: int, token: str = "made-up") -> dict[str, str]:
    return {"uid": urlsafe_base64_encode(str(pk).encode()), "token": token}


def forged_token(pk: int) -> str:
    """Return a refresh token of this person, signed with another key."""
    claims = {"user_id": str(pk), "token_type": "refresh", "exp": 4102444800, "jti": "1"}
    return jwt.encode(claims, "another-key-of-32-bytes-or-longer", "HS256")


def person(world: World, who: str) -> int:
    return world.people[who].pk if who else NOTHING


# By operation and field: the sender, the route, the hidden person, and the function that makes the
# body; given "" it names nobody. Somebody without a pending request counts as hidden here.
BODIES: dict[str, tuple[str, str, str, Callable[[World, str], dict[str, Any]]]] = {
    f"POST {path} {field}": (who, path, hidden, body)
    for path, field, who, hidden, body in [
        ("/api/auth/token/verify/", "token", "anonymous", "creator",
         lambda world, who: {"token": forged_token(person(world, who))}),
        ("/api/auth/token/refresh/", "refresh", "anonymous", "creator",
         lambda world, who: {"refresh": forged_token(person(world, who))}),
        ("/api/auth/logout/", "refresh", "anonymous", "creator",
         lambda world, who: {"refresh": forged_token(person(world, who))}),
        ("/api/auth/email/confirm/", "uid", "anonymous", "creator",
         lambda world, who: link_of(person(world, who))),
        ("/api/auth/email/confirm/", "token", "anonymous", "creator",
         lambda world, who: link_of(person(world, who), world.reset["stranger"]["token"])),
        ("/api/auth/password/reset/confirm/", "uid", "anonymous", "creator",
         lambda world, who: {**link_of(person(world, who)), "new_password": PASSWORD}),
        ("/api/auth/password/reset/confirm/", "token", "anonymous", "creator",
         lambda world, who: {
             **link_of(person(world, who), world.reset["stranger"]["token"]),
             "new_password": PASSWORD}),
        ("/api/sessions/{id}/approve_request/", "user_id", "creator", "stranger",
         lambda world, who: {"user_id": person(world, who)}),
        ("/api/sessions/{id}/reject_request/", "user_id", "creator", "stranger",
         lambda world, who: {"user_id": person(world, who)}),
        ("/v1/friends/requests/", "user_id", "stranger", "deactivated",
         lambda world, who: {"user_id": person(world, who)}),
        ("/v1/sessions/create/", "participant_id", "stranger", "deactivated",
         lambda world, who: {"participant_id": person(world, who)}),
    ]
}  # fmt: skip
# Not hidden, by the contract: that a join token is somebody else's (O6). It can't be guessed.
REVEALED_IN_BODIES = ("POST /v1/sessions/join-token/validate/ token",)
NAMING = {"uid", "token", "refresh", "user_id", "participant_id"}
