"""Every column of every table, sent along with every write: it does what it does without them, and
nothing else (contract C8: keys that aren't to be written are ignored).

They are sent all at once, beside a good body, so that none can hide behind a refusal of another:
to each write in one of two ways, and with PERMISSIONS=all in both, and each by itself, too.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from functools import cache
from typing import Any
from urllib.parse import urlencode

import pytest
from django.db import models

from tests.permissions.asking import address, send
from tests.permissions.cells import Cell, cells
from tests.permissions.matrix import MATRIX
from tests.permissions.tables import MODELS, Tables, columns, snapshot, told
from tests.permissions.world import World, undone

pytestmark = pytest.mark.django_db
SESSION = {"title", "description", "date", "max_participants", "subject", "level", "duration"}
SESSION |= {"booking_mode", "timezone_offset", "timezone"}
MATERIAL = {"title", "type", "url", "content", "file"}
ONE_SESSION = "/api/sessions/<id:pk>/"
# What each write takes, by hand from the contract; what isn't here takes nothing.
TAKEN: dict[str, set[str]] = {
    "POST /api/auth/register/": {
        *("username", "email", "password", "first_name", "last_name", "role"),
    },
    "POST /api/auth/token/": {"username", "password"},
    "POST /api/auth/token/refresh/": {"refresh"},
    "POST /api/auth/token/verify/": {"token"},
    "POST /api/auth/logout/": {"refresh"},
    "POST /api/auth/password/reset/": {"email"},
    "POST /api/auth/password/reset/confirm/": {"uid", "token", "new_password"},
    "POST /api/auth/email/confirm/": {"uid", "token"},
    "POST /api/auth/password/change/": {"old_password", "new_password"},
    "PATCH /api/auth/me/": {
        *("first_name", "last_name", "email", "timezone", "email_notifications"),
    },
    "POST /api/sessions/": SESSION,
    f"PUT {ONE_SESSION}": {*SESSION, "status"},
    f"PATCH {ONE_SESSION}": {*SESSION, "status"},
    f"PUT:instant {ONE_SESSION}": SESSION,
    f"POST {ONE_SESSION}join/": {"message"},
    f"POST {ONE_SESSION}cancel/": {"reason"},
    f"POST {ONE_SESSION}approve_request/": {"user_id"},
    f"POST {ONE_SESSION}reject_request/": {"user_id"},
    "POST /api/sessions/<id:session_id>/materials/": MATERIAL,
    "PUT /api/sessions/<id:session_id>/materials/<id:pk>/": MATERIAL,
    "PATCH /api/sessions/<id:session_id>/materials/<id:pk>/": MATERIAL,
    "POST /v1/friends/requests/": {"user_id"},
    "POST /v1/friends/<id:user_id>/messages/": {"text"},
    "POST /v1/sessions/create/": {"participant_id"},
    "POST /v1/sessions/join-token/validate/": {"token"},
    "POST /v1/zoom/webhook/": {"event", "event_ts", "payload"},
}
CHOSEN = {
    "status": "completed",
    "role": "instructor",
    "level": "advanced",
    "type": "link",
    "booking_mode": "instant",
    "kind": "reminder",
}
# Names that are no columns: what answers have, and what other frameworks would take.
OTHERS: dict[str, Any] = {
    "pk": 1,
    "_id": 1,
    "user_permissions": [1],
    "groups": [1],
    "permissions": ["all"],
    "is_admin": True,
    "admin": True,
    "staff": True,
    "superuser": True,
    "roles": ["staff"],
    "token_stamp": "forged",
    "password1": "forged-26",
    "is_full": True,
    "can_join": True,
    "available_spots": 99,
    "allowed_actions": ["cancel"],
    "viewer_role": "creator",
    "participants": [{"user": 1}],
    "materials": [],
    "booking_requests": [],
    "version": 99,
    "by": 1,
    "now": "2031-01-01T00:00:00Z",
    "actor": 1,
    "owner": 1,
    "owner_id": 1,
    "to": 1,
    "in_admin": True,
    "_method": "DELETE",
    "__class__": "x",
    "_state": {},
    "pk__in": [1],
}


def forged(field: Any, world: World) -> Any:
    """A value of the column's type, and not one that it would have."""
    if field.name in CHOSEN:
        return CHOSEN[field.name]
    if field.is_relation:
        related = {"User": world.people["stranger"], "Session": world.lesson}
        return related.get(field.related_model.__name__, world.plan).pk
    match field:
        case models.BooleanField():
            return not field.default
        case models.DateTimeField():
            return "2031-01-01T00:00:00Z"
        case models.IntegerField():
            return 7
        case models.JSONField():
            return {"forged": True}
        case models.UUIDField():
            return "00000000-0000-4000-8000-000000000000"
    return "forged"


def forgeries(world: World) -> dict[str, Any]:
    """Every column's name, once with and once without `_id`, and the others."""
    found = dict(OTHERS)
    for model in MODELS:
        for field in columns(model):
            found |= {field.name: forged(field, world), field.attname: forged(field, world)}
    return found


@cache
def writes() -> list[Cell]:
    """Each write, by somebody who may do it: the creator where that is one of them."""
    found: dict[tuple[str, str, str], Cell] = {}
    order = ("creator", "participant", "requester", "stranger")
    for cell in sorted(
        (each for each in cells(MATRIX) if each.who in order),
        key=lambda cell: order.index(cell.who),
    ):
        if cell.method in {"POST", "PUT", "PATCH"} and cell.listed and cell.status < 300:
            found.setdefault((cell.route, cell.method, cell.variant), cell)
    return list(found.values())


def rounds(world: World, cell: Cell) -> Iterator[dict[str, Any]]:
    """What to send along: all at once, by name and as paths; as objects, and in the query; with
    PERMISSIONS=all each name by itself."""
    every = forgeries(world)
    names = {key: value for key, value in every.items() if key not in taken_by(cell)}
    paths = {f"{of}{key}": value for key, value in names.items() for of in ("user.", "user__")}
    if cell.variant == "form":
        yield {"extra": {key: str(value) for key, value in (names | paths).items()}}
        return
    objects = {key: {"id": 1, **names} for key in ("user", "creator", "session", "data")}
    query = f"{address(world, cell.route, cell.variant)}?{urlencode(every)}"
    ways = [{"extra": names | paths}, {"extra": objects, "path": query}]
    everything = os.environ.get("PERMISSIONS") == "all"
    yield from ways if everything else [ways[writes().index(cell) % 2]]
    if everything:
        yield from ({"extra": {key: value}} for key, value in names.items())


def taken_by(cell: Cell) -> set[str]:
    plain = f"{cell.method} {cell.route}"
    return TAKEN.get(f"{cell.method}:{cell.variant} {cell.route}", TAKEN.get(plain, set()))


def done(world: World, before: Tables, cell: Cell, **more: Any) -> Any:
    """The status, and what has become of the rows."""
    with undone():
        answer = send(world, cell.who, cell.route, cell.method, cell.variant, **more)
        return answer.status_code, told(before, snapshot())


def test_no_write_takes_a_column_that_is_not_its_to_take(world, report, now, time_machine_at):
    sent, changed, before = 0, [], snapshot()
    time_machine_at(now)
    for cell in writes():
        expected = done(world, before, cell)
        assert expected[0] == cell.status, str(cell)
        for more in rounds(world, cell):
            sent += len(more["extra"])
            if done(world, before, cell, **more) != expected:
                changed.append(f"{cell}: {str(more)[:90]}")
    report(f"{sent} fields in {len(writes())} writes, {len(changed)} changed anything")
    assert changed == []


def test_a_column_that_is_taken_shows(world, now, time_machine_at):
    """Were it not to be taken, the test above would see it."""
    time_machine_at(now)
    before = snapshot()
    cell = next(each for each in writes() if each.route == "/api/auth/me/")

    sent = done(world, before, cell, extra={"email_notifications": True})
    assert sent != done(world, before, cell)


def test_all_that_is_taken_is_listed_for_a_write_that_exists():
    written = {f"{cell.method} {cell.route}" for cell in writes()}
    written |= {f"{cell.method}:{cell.variant} {cell.route}" for cell in writes()}

    assert set(TAKEN) <= written
