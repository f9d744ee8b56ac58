"""Each way in which an address may name what somebody may not see, and an address of the same kind
that names nothing. Both must be answered alike."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

import jwt
from django.utils.http import urlsafe_base64_encode

from core.api.fields import MAX_ID
from tests.permissions.asking import FILE
from tests.permissions.world import PASSWORD, World, make_file

NOTHING = MAX_ID - 1
Ids = Callable[[World], Mapping[str, Any]]


@dataclass(frozen=True)
class Disguise:
    """Something hidden, and nothing.

    Attributes:
        name: what is hidden.
        routes: how the routes begin in whose addresses it is named.
        hidden: what the address has in the place of each parameter.
        nothing: the same, where there is nothing.
        people: from whom it is hidden.
        moderated: whether this is so on a moderated site only (contract S9).
        query: is added to both addresses.
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


DISGUISES = (
    Disguise(
        "a session that waits",
        SESSION,
        lambda world: {"pk": world.waiting.pk},
        lambda world: {"pk": NOTHING},
        ALL_OTHERS,
        moderated=True,
    ),
    Disguise(
        "the materials of a session that waits",
        MATERIALS,
        of_waiting,
        lambda world: {**of_waiting(world), "session_id": NOTHING},
        ALL_OTHERS,
        moderated=True,
    ),
    Disguise(
        "a material of a session that waits",
        f"{MATERIALS}<id:pk>/",
        of_waiting,
        lambda world: {**of_waiting(world), "pk": NOTHING},
        ALL_OTHERS,
        moderated=True,
    ),
    Disguise(
        "a material through another session's path",
        f"{MATERIALS}<id:pk>/",
        lambda world: {"session_id": world.lesson.pk, "pk": world.file.pk},
        lambda world: {"session_id": world.lesson.pk, "pk": NOTHING},
        ("stranger", "participant", "creator", "staff"),
    ),
    Disguise(
        "a file by a forged signature",
        FILE,
        of_offer,
        lambda world: {"session_id": NOTHING, "pk": NOTHING},
        ANYBODY,
        query=FORGED,
    ),
    Disguise(
        "a note by a forged signature",
        FILE,
        lambda world: {**of_offer(world), "pk": world.note.pk},
        lambda world: {**of_offer(world), "pk": NOTHING},
        ANYBODY,
        query=FORGED,
    ),
    Disguise(
        "a file of a session that waits, by a forged signature",
        FILE,
        of_waiting,
        lambda world: {**of_waiting(world), "pk": NOTHING},
        ANYBODY,
        moderated=True,
        query=FORGED,
    ),
    Disguise(
        "somebody else's notification",
        "/api/notifications/<id:pk>/",
        lambda world: {"pk": world.news.pk},
        lambda world: {"pk": NOTHING},
        (*ALL_OTHERS, "staff"),
    ),
    Disguise(
        "somebody else's friend request",
        "/v1/friends/requests/<id:pk>/",
        lambda world: {"pk": world.asked.pk},
        lambda world: {"pk": NOTHING},
        ("stranger", "friend", "blocked", "participant", "former", "staff"),
    ),
    # Whoever is blocked isn't told (contract F2): it is as with anybody who is no friend.
    Disguise(
        "somebody who has blocked one",
        "/v1/friends/<id:user_id>/",
        lambda world: {"user_id": world.people["creator"].pk},
        lambda world: {"user_id": world.people["staff"].pk},
        ("blocked",),
    ),
    Disguise(
        "a person, by a forged link",
        "/api/auth/unsubscribe/<str:token>/",
        lambda world: {"token": f"{world.people['creator'].pk}:forged"},
        lambda world: {"token": f"{NOTHING}:forged"},
        ANYBODY,
    ),
    Disguise(
        "a room, by a part of its address",
        "/v1/stand-in-room/<slug:room>/",
        lambda world: {"room": world.room[1:]},
        lambda world: {"room": "made-up"},
        ANYBODY,
    ),
)

# The contract has these told: there is a session of two others (O3), and it is a 403.
PROMISED = ("/v1/sessions/<id:pk>/",)


def with_hidden_file(world: World) -> World:
    """The same, whose file belongs to the session that waits."""
    creator, waiting = world.people["creator"], world.waiting
    return replace(world, file=make_file(waiting, creator, waiting.created_at))


def address(route: str, ids: Mapping[str, Any], query: str) -> str:
    return re.sub(r"<\w+:(\w+)>", lambda match: str(ids[match[1]]), route) + query


def link_of(pk: int, token: str = "made-up") -> dict[str, str]:
    return {"uid": urlsafe_base64_encode(str(pk).encode()), "token": token}


def forged_token(pk: int) -> str:
    """A refresh token of this person's, signed by somebody else."""
    claims = {"user_id": str(pk), "token_type": "refresh", "exp": 4102444800, "jti": "1"}
    return jwt.encode(claims, "another-key-of-32-bytes-or-longer", "HS256")


def person(world: World, who: str) -> int:
    return world.people[who].pk if who else NOTHING


# By operation and field of a body: who sends it, to which route, and what names somebody, or nobody
# when the name is "". Who hasn't asked for a place, and who has left, isn't told of.
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
# The contract has it told that a join token is another's (O6); it can't be guessed.
PROMISED_IN_BODIES = ("POST /v1/sessions/join-token/validate/ token",)
NAMING = {"uid", "token", "refresh", "user_id", "participant_id"}
