"""Every id in the creator's answers, replayed by people without a right to it: in every address,
body and query that takes an id. No answer contains anything private, and no row of anybody else
changes, except in ways that the contract allows everybody.

By contract, two kinds of address work for everybody who has them: a file's signed address (M1) and
a stand-in room's (O8). This tests that they are shown only to those who may see them. Join tokens
are replayed, too (O6).
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import product
from typing import Any

import pytest
from django.db import connection

from accounts.models import User
from friendships.models import Block, Message
from materials.models import Material
from notifications.models import Notification
from sessions_app.models import BookingRequest, Session
from tests.permissions.cells import cells, routes
from tests.permissions.matrix import MATRIX
from tests.permissions.sending import NOTE, address, session_body
from tests.permissions.tables import changes, differing, person_columns, snapshot
from tests.permissions.world import PRIVATE, World, rolled_back

pytestmark = pytest.mark.django_db
ATTACKERS = ("stranger", "blocked", "former")
# The owners of a row, where not every column that refers to a person is one.
OWNERS = {
    Block: ["blocker_id"],
    BookingRequest: ["user_id"],
    Material: ["uploaded_by_id"],
    Message: ["sender_id"],
    Notification: ["user_id"],
    Session: ["creator_id"],
}
# The columns of a session that change when anybody joins.
CHANGED_BY_JOINING = {"participant_count", "version"}
IDS = {"id", "user", "session", "sender", "recipient", "session_id"}
BODIES = {"POST": {"title": "x", "message": "x", "text": "x"}, "PUT": {"title": "x"}}
BODIES |= {"PATCH": BODIES["PUT"], "DELETE": {}, "GET": {}}


@dataclass(frozen=True)
class Replay:
    method: str
    path: str
    body: tuple[tuple[str, Any], ...] = ()


def walk(world: World) -> list[Any]:
    """Return the answers to the creator's GET requests to all addresses."""
    found = []
    for cell in cells(MATRIX):
        looks = (cell.method, cell.who, cell.status, cell.variant) == ("GET", "creator", 200, "")
        if looks and cell.route.startswith(("/api/", "/v1/")):
            answer = world.client("creator").get(address(world, cell.route))
            if answer.headers["Content-Type"] == "application/json":
                found.append(answer.json())
    return found


def leaves(thing: Any, name: str = "") -> Iterator[tuple[str, Any]]:
    """Yield (key, value) of everything that isn't a container."""
    if isinstance(thing, dict):
        for key, value in thing.items():
            yield from leaves(value, key)
    elif isinstance(thing, list):
        for value in thing:
            yield from leaves(value, name)
    else:
        yield name, thing


def replays(world: World, answers: list[Any]) -> Iterator[Replay]:
    """Yield a request for every id in every place."""
    found = list(leaves(answers))
    ids = sorted({value for name, value in found if name in IDS and isinstance(value, int)})
    yield from in_addresses(world, ids)
    yield from in_bodies(world, ids)
    for _, value in found:
        if isinstance(value, str) and value.startswith("http://testserver/"):
            yield Replay("GET", value.partition("?")[0].removeprefix("http://testserver"))
    for path, name, each in product(("/api/sessions/",), ("creator",), ids):
        yield Replay("GET", f"{path}?{name}={each}")
    for each in ids:
        yield Replay("GET", f"/api/notifications/?before={each}")
        yield Replay("GET", f"/v1/sessions/?before={each}")


def in_addresses(world: World, ids: list[int]) -> Iterator[Replay]:
    materials = [world.note.pk, world.file.pk]
    for route, (_, lines) in routes(MATRIX).items():
        methods = {line[0].partition(":")[0] for line in lines}
        for method in sorted(methods) if "<id:" in route else ():
            body = NOTE if route.endswith("/materials/") else BODIES[method]
            if "<id:session_id>" in route:
                pairs = product(ids, materials if "<id:pk>" in route else [0])
                paths = {
                    route.replace("<id:session_id>", str(one)).replace("<id:pk>", str(other))
                    for one, other in pairs
                }
            else:
                paths = {route.replace("<id:pk>", str(each)) for each in ids}
                paths = {path.replace("<id:user_id>", str(each)) for path in paths for each in ids}
            yield from (Replay(method, path, tuple(body.items())) for path in sorted(paths))


def in_bodies(world: World, ids: list[int]) -> Iterator[Replay]:
    one = f"/api/sessions/{world.offer.pk}/"
    places = [
        (f"{one}approve_request/", "user_id"),
        (f"{one}reject_request/", "user_id"),
        ("/v1/friends/requests/", "user_id"),
        ("/v1/sessions/create/", "participant_id"),
    ]
    for (path, name), each in product(places, ids):
        yield Replay("POST", path, ((name, each),))
    yield Replay("POST", "/v1/sessions/join-token/validate/", (("token", world.join_token),))
    # Ids that no write accepts, in the body of a new session.
    own = session_body(world, "", subject="Maths", level="beginner")
    forged = {"id": world.offer.pk, "creator": world.people["creator"].pk, "session": ids[0]}
    yield Replay("POST", "/api/sessions/", tuple((own | forged).items()))


def is_theirs(model: Any, row: dict[str, Any], attacker: User) -> bool:
    return any(row.get(name) == attacker.pk for name in OWNERS.get(model, person_columns(model)))


def forbidden_changes(before: Any, attacker: User) -> list[str]:
    """Return the changes of others' rows that the contract doesn't allow everybody."""
    found = []
    for model, old, new in changes(before, snapshot()):
        if is_theirs(model, old or new, attacker):
            continue
        notified = model is Notification and not old and new["named_id"] == attacker.pk
        joins = model is Session and old and new and differing(old, new) <= CHANGED_BY_JOINING
        if not notified and not joins:
            found.append(f"{model.__name__} {old} → {new}")
    return found


class Writes:
    """Records whether anything was written. Only then must the rows be compared."""

    def __init__(self) -> None:
        self.happened = False

    def __call__(self, execute: Any, sql: str, *rest: Any) -> Any:
        self.happened |= sql.lstrip().upper().startswith(("INSERT", "UPDATE", "DELETE"))
        return execute(sql, *rest)


def leaks(world: World, who: str, replay: Replay, before: Any) -> list[str]:
    """Return the secrets and the forbidden changes that result from one replay."""
    secrets = [PRIVATE, world.talk.zoom_meeting_url, world.talk.zoom_meeting_password]
    writes = Writes()
    with rolled_back():
        with connection.execute_wrapper(writes):
            client, body = world.client(who), dict(replay.body)
            sent = {} if replay.method in {"GET", "DELETE"} else {"data": body}
            answer = getattr(client, replay.method.lower())(replay.path, **sent)
        content = b"".join(answer) if answer.streaming else answer.content
        found = [secret for secret in secrets if secret.encode() in content]
        if writes.happened:
            found += forbidden_changes(before, world.people[who])
    return [f"{who}: {replay} {answer.status_code}: {each}" for each in found]


def test_no_replayed_id_reveals_or_changes_anything(world, report):
    answers, before = walk(world), snapshot()
    # The creator's own answers do contain them.
    assert PRIVATE in str(answers)
    assert world.talk.zoom_meeting_password in str(answers)
    tried, found = 0, []
    seen: set[str] = set()
    for number, (replay, who) in enumerate(product(replays(world, answers), ATTACKERS)):
        # Every 40th, by each of the three in turn, and the first one to each address; with
        # PERMISSIONS=all each one by all three.
        place = f"{replay.method} {re.sub('[0-9]+', '0', replay.path)}"
        if number % 40 == 0 or place not in seen or os.environ.get("PERMISSIONS") == "all":
            seen.add(place)
            tried += 1
            found += leaks(world, who, replay, before)
    report(f"{tried} replays, {len(found)} leaks")
    assert found == []


def test_what_only_an_owner_may_do_is_noticed_as_a_leak(world):
    """Both kinds of leak are noticed when the creator does what only an owner may do."""
    one, before = f"/api/sessions/{world.offer.pk}/", snapshot()
    people = world.people | {"creator": world.people["stranger"]}  # as if these weren't theirs
    other = replace(world, people=people)

    assert leaks(other, "creator", Replay("GET", f"{one}materials/"), before)
    assert leaks(other, "creator", Replay("POST", f"{one}start/"), before)
