"""The request of each line of the matrix. It is valid, so the answer depends on the person only."""

from __future__ import annotations

import hashlib
import hmac
import re
import time
from collections.abc import Callable
from datetime import timedelta
from functools import partial
from typing import Any

import orjson
from django.test.client import BOUNDARY, MULTIPART_CONTENT, encode_multipart
from django.utils import timezone

from materials.signed_urls import file_address
from tests.permissions.world import PASSWORD, World

ONE_MATERIAL = "/api/sessions/<id:session_id>/materials/<id:pk>/"
FILE = f"{ONE_MATERIAL}file/"

# The row whose id replaces `pk` in a route: by the prefix matching prefix, or by the variant.
PK: dict[str, Callable[[World], Any]] = {
    "/api/sessions/": lambda world: world.offer,
    "/api/sessions/<id:pk>/approve/": lambda world: world.waiting,
    "/api/sessions/<id:pk>/complete/": lambda world: world.running,
    ONE_MATERIAL: lambda world: world.note,
    FILE: lambda world: world.file,
    "/api/notifications/": lambda world: world.notification,
    "/v1/friends/requests/": lambda world: world.friend_request,
    "/v1/sessions/": lambda world: world.talk,
    "/v1/sessions/<id:pk>/start/": lambda world: world.plan,
}
BY_VARIANT: dict[str, Callable[[World], Any]] = {
    "instant": lambda world: world.lesson,
    "begun": lambda world: world.running,
    "creators": lambda world: world.file,
    "status": lambda world: world.waiting,
}
QUERY = {"/v1/users/": "?search=creator"}


def address(world: World, route: str, variant: str = "") -> str:
    """Return the route with the ids of the creator's rows."""
    path = route.replace("<nothing>", "api/nowhere/")
    prefix = max((each for each in PK if route.startswith(each)), key=len, default=None)
    find = BY_VARIANT.get(variant) or (PK[prefix] if prefix else None)
    session = world.lesson if variant == "elsewhere" else world.offer
    ids = {
        "pk": find(world).pk if find else None,
        "session_id": session.pk,
        "user_id": world.people["creator"].pk,
        "token": world.unsubscribe + ("x" if variant == "wrong" else ""),
        "room": world.room,
    }
    if variant in {"signed", "tampered"} and route == FILE:
        return signed(world) + ("0" if variant == "tampered" else "")
    filled = re.sub(r"<\w+:(\w+)>", lambda match: str(ids[match[1]]), path)
    return filled + QUERY.get(route, "")


def signed(world: World) -> str:
    """Return the signed address of the file, as in the API's answers."""
    return file_address(world.file, now=timezone.now(), link=str)


def own(world: World, who: str, name: str) -> str:
    """Return the person's own token; the anonymous person has a made-up one."""
    tokens: Any = world.tokens.get(who, {})
    return tokens.get(name, "made-up")


def session_body(world: World, who: str, **fields: Any) -> dict[str, Any]:
    date = (timezone.now() + timedelta(days=3)).strftime("%Y-%m-%dT%H:%M:%SZ")
    return {"title": "T", "description": "D", "date": date, "max_participants": 4, **fields}


def registration(world: World, who: str, **fields: Any) -> dict[str, Any]:
    person = {"username": "newcomer", "email": "newcomer@example.com", "password": PASSWORD}
    return person | fields


Body = Callable[[World, str], dict[str, Any]]
NEW_PASSWORD = "another-good-one-27"
NOTE = {"title": "N", "type": "note", "content": "C"}
# By method, variant and route. Requests that aren't listed have no body.
BODIES: dict[str, Body] = {
    "POST /api/auth/register/": registration,
    "POST:instructor /api/auth/register/": partial(registration, role="instructor"),
    "POST /api/auth/token/": lambda world, who: {"username": who, "password": PASSWORD},
    "POST /api/auth/token/refresh/": lambda world, who: {"refresh": own(world, who, "refresh")},
    "POST /api/auth/token/verify/": lambda world, who: {"token": own(world, who, "access")},
    "POST /api/auth/logout/": lambda world, who: {"refresh": own(world, who, "refresh")},
    "POST /api/auth/password/reset/": lambda world, who: {"email": f"{who}@example.com"},
    "POST /api/auth/password/reset/confirm/": lambda world, who: {
        "uid": "MQ", "token": "made-up", **world.reset.get(who, {}), "new_password": NEW_PASSWORD,
    },
    "POST /api/auth/email/confirm/": lambda world, who: {
        "uid": "MQ", "token": "made-up", **world.confirm.get(who, {}),
    },
    "POST /api/auth/password/change/": lambda world, who: {
        "old_password": PASSWORD, "new_password": NEW_PASSWORD,
    },
    "PATCH /api/auth/me/": lambda world, who: {"first_name": "New"},
    "POST /api/sessions/": partial(session_body, subject="Maths", level="beginner"),
    "POST:instant /api/sessions/": session_body,
    "PUT /api/sessions/<id:pk>/": lambda world, who: {"title": "New"},
    "PATCH /api/sessions/<id:pk>/": lambda world, who: {"title": "New"},
    "PUT:status /api/sessions/<id:pk>/": lambda world, who: {"status": "approved"},
    "POST /api/sessions/<id:pk>/join/": lambda world, who: {"message": "Please"},
    "POST /api/sessions/<id:pk>/cancel/": lambda world, who: {"reason": "Ill"},
    "POST /api/sessions/<id:pk>/approve_request/": lambda world, who: {
        "user_id": world.people["requester"].pk,
    },
    "POST /api/sessions/<id:pk>/reject_request/": lambda world, who: {
        "user_id": world.people["requester"].pk,
    },
    "POST /api/sessions/<id:session_id>/materials/": lambda world, who: NOTE,
    "POST:form /api/sessions/<id:session_id>/materials/": lambda world, who: NOTE,
    f"PUT {ONE_MATERIAL}": lambda world, who: {"title": "New"},
    f"PATCH {ONE_MATERIAL}": lambda world, who: {"title": "New"},
    "POST /v1/friends/requests/": lambda world, who: {"user_id": world.people["creator"].pk},
    "POST /v1/friends/<id:user_id>/messages/": lambda world, who: {"text": "Hello"},
    "POST /v1/sessions/create/": lambda world, who: {
        "participant_id": world.people["creator"].pk,
    },
    "POST /v1/sessions/join-token/validate/": lambda world, who: {"token": world.join_token},
    "POST:signed /v1/zoom/webhook/": lambda world, who: {"event": "meeting.alerted"},
}  # fmt: skip


def body_of(world: World, who: str, route: str, method: str, variant: str) -> dict[str, Any]:
    """Return the body for the variant, or else for the method."""
    plain = f"{method} {route}"
    make = BODIES.get(f"{method}:{variant} {route}", BODIES.get(plain))
    return make(world, who) if make else {}


def send(
    world: World,
    who: str,
    route: str,
    method: str,
    variant: str = "",
    *,
    path: str = "",
    extra: dict[str, Any] | None = None,
) -> Any:
    """Send one line's request as one person, and return the answer.

    Args:
        path: an address instead of the one with the creator's ids.
        extra: keys to add to the valid body.
    """
    path = path or address(world, route, variant)
    body = {**(extra or {}), **body_of(world, who, route, method, variant)}
    if variant == "form":
        data = encode_multipart(BOUNDARY, body)
        return world.client(who).generic(method, path, data, content_type=MULTIPART_CONTENT)
    data = orjson.dumps(body) if method in {"POST", "PUT", "PATCH"} else b""
    # DRF's client would replace this variant's Authorization header with the person's own.
    client = world.client("anonymous" if variant == "token" else who)
    return client.generic(method, path, data, "application/json", **headers(variant, data))


def headers(variant: str, data: bytes) -> dict[str, str]:
    """Return the headers with the token of the metrics, or with Zoom's signature."""
    if variant == "token":
        return {"HTTP_AUTHORIZATION": "Bearer metrics-token"}
    if variant != "signed":
        return {}
    timestamp = str(int(time.time()))
    message = b"v0:" + timestamp.encode() + b":" + data
    digest = hmac.new(b"webhook-secret-token", message, hashlib.sha256).hexdigest()
    return {"HTTP_X_ZM_REQUEST_TIMESTAMP": timestamp, "HTTP_X_ZM_SIGNATURE": f"v0={digest}"}
