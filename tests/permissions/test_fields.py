"""Every write ignores keys that it doesn't accept (contract C8): with every column of every table
added to a valid body, it has the same effects as without them.

All extra keys are sent at once, in one of two forms; with PERMISSIONS=all in both, and also each
key by itself.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from functools import cache
from typing import Any
from urllib.parse import urlencode

import pytest
from django.db import models

from tests.permissions.cells import Cell, cells
from tests.permissions.matrix import MATRIX
from tests.permissions.sending import address, send
from tests.permissions.tables import MODELS, Tables, columns, effects, snapshot
from tests.permissions.world import World, rolled_back

pytestmark = pytest.mark.django_db
SESSION = {"title", "description", "date", "max_participants", "subject", "level", "duration"}
SESSION |= {"booking_mode", "timezone_offset", "timezone"}
MATERIAL = {"title", "type", "url", "content", "file"}
ONE_SESSION = "/api/sessions/<id:pk>/"
# The keys that each write accepts, by hand from the contract; other writes accept none.
ACCEPTED: dict[str, set[str]] = {
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
# Names that aren't columns: keys of answers, and names that other frameworks accept.
OTHER_NAMES: dict[str, Any] = {
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
    """Return a value of the column's type that the column wouldn't have otherwise."""
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
    """Return a value for every column, by its name with and without `_id`, and `OTHER_NAMES`."""
    found = dict(OTHER_NAMES)
    for model in MODELS:
        for field in columns(model):
            found |= {field.name: forged(field, world), field.attname: forged(field, world)}
    return found


@cache
def writes() -> list[Cell]:
    """Return each write, by somebody who may do it: by the creator if possible."""
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
    """Yield the extra keys: either as names and paths, or as objects and in the query; with
    PERMISSIONS=all both, and each name by itself."""
    every = forgeries(world)
    names = {key: value for key, value in every.items() if key not in accepted_by(cell)}
    paths = {f"{of}{key}": value for key, value in names.items() for of in ("user.", "user__")}
    if cell.variant == "form":
        yield {"extra": {key: str(value) for key, value in (names | paths).items()}}
        return
    objects = {key: {"id": 1, **names} for key in ("user", "creator", "session", "data")}
    query = f"{address(world, cell.route, cell.variant)}?{urlencode(every)}"
    forms = [{"extra": names | paths}, {"extra": objects, "path": query}]
    everything = os.environ.get("PERMISSIONS") == "all"
    yield from forms if everything else [forms[writes().index(cell) % 2]]
    if everything:
        yield from ({"extra": {key: value}} for key, value in names.items())


def accepted_by(cell: Cell) -> set[str]:
    plain = f"{cell.method} {cell.route}"
    return ACCEPTED.get(f"{cell.method}:{cell.variant} {cell.route}", ACCEPTED.get(plain, set()))


def outcome(world: World, before: Tables, cell: Cell, **more: Any) -> Any:
    """Return the status and the effects on the rows."""
    with rolled_back():
        answer = send(world, cell.who, cell.route, cell.method, cell.variant, **more)
        return answer.status_code, effects(before, snapshot())


def test_no_write_accepts_a_column_that_it_must_not_write(world, report, now, time_machine_at):
    sent, changed, before = 0, [], snapshot()
    time_machine_at(now)
    for cell in writes():
        expected = outcome(world, before, cell)
        assert expected[0] == cell.status, str(cell)
        for more in rounds(world, cell):
            sent += len(more["extra"])
            if outcome(world, before, cell, **more) != expected:
                changed.append(f"{cell}: {str(more)[:90]}")
    report(f"{sent} fields in {len(writes())} writes, {len(changed)} changed anything")
    assert changed == []


def test_an_accepted_column_is_noticed(world, now, time_machine_at):
    """The test above would notice a column that is wrongly accepted."""
    time_machine_at(now)
    before = snapshot()
    cell = next(each for each in writes() if each.route == "/api/auth/me/")

    sent = outcome(world, before, cell, extra={"email_notifications": True})
    assert sent != outcome(world, before, cell)


def test_every_listed_write_exists():
    written = {f"{cell.method} {cell.route}" for cell in writes()}
    written |= {f"{cell.method}:{cell.variant} {cell.route}" for cell in writes()}

    assert set(ACCEPTED) <= written
