"""What somebody may not see is answered as what doesn't exist is: with the same status, headers
and body, whatever the method, the body or the headers of the request (contract S9, M1, N1, F1, F2).
With PERMISSIONS=all everybody tries each address in every way."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from datetime import timedelta
from itertools import product
from typing import Any

import orjson
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from materials.signed_urls import file_address
from notifications.models import Notification
from sessions_app import services
from tests.hostile.operations import WRITES
from tests.operations.full_life import publish, seen
from tests.permissions.asking import QUERY, send
from tests.permissions.cells import METHODS, routes
from tests.permissions.disguises import (
    BODIES,
    DISGUISES,
    FORGED,
    NAMING,
    NOTHING,
    PROMISED,
    PROMISED_IN_BODIES,
    Disguise,
    address,
    with_hidden_file,
)
from tests.permissions.matrix import MATRIX
from tests.permissions.test_matrix import number, served
from tests.permissions.world import World, undone

pytestmark = pytest.mark.django_db

NAMED = [route for route in served() if ":" in route]
# Ways to send the same request: the body, and the headers beside it.
WAYS: dict[str, dict[str, Any]] = {
    "good": {},
    "broken": {"data": b"{", "content_type": "application/json"},
    "form": {"data": b"a=b", "content_type": "application/x-www-form-urlencoded"},
    "kept": {"HTTP_IF_NONE_MATCH": "*", "HTTP_IF_MODIFIED_SINCE": "Thu, 01 Jan 2026 00:00:00 GMT"},
    "keyed": {"HTTP_IDEMPOTENCY_KEY": "a-key", "data": b"{}", "content_type": "application/json"},
    "disguised": {"HTTP_X_HTTP_METHOD_OVERRIDE": "GET", "HTTP_ACCEPT": "text/html"},
    "foreign": {"HTTP_ORIGIN": "https://elsewhere.example", "HTTP_RANGE": "bytes=0-1"},
}


def told(answer: Any) -> tuple[int, dict[str, str], bytes]:
    """All that an answer tells, but for the request's own id."""
    content = b"".join(answer) if answer.streaming else answer.content
    headers = {name: value for name, value in answer.items() if name != "X-Request-ID"}
    answer.close()
    return answer.status_code, headers, content


def ask(world: World, who: str, route: str, method: str, way: str, path: str) -> Any:
    with undone():
        if way == "good":
            return told(send(world, who, route, method, path=path))
        return told(world.client(who).generic(method, path, **WAYS[way]))


def tries(disguise: Disguise) -> Iterator[tuple[str, str, str, str]]:
    """(route, method, way, who)."""
    for route in NAMED:
        if not route.startswith(disguise.routes):
            continue
        for method, way in product(METHODS, WAYS):
            turn = number(f"{disguise.name} {route} {method} {way}")
            if os.environ.get("PERMISSIONS") == "all":
                yield from ((route, method, way, who) for who in disguise.people)
            elif way == "good" or turn % 6 == 0:
                yield route, method, way, disguise.people[turn % len(disguise.people)]


def test_every_address_that_names_something_is_in_the_table():
    routes = tuple(each.routes for each in DISGUISES)

    assert [each for each in NAMED if not each.startswith((*routes, *PROMISED))] == []


def test_a_route_that_the_table_forgets_is_found():
    assert not "/api/secrets/<id:pk>/".startswith(tuple(each.routes for each in DISGUISES))


@pytest.mark.parametrize("disguise", DISGUISES, ids=lambda each: each.name)
def test_what_is_hidden_is_answered_as_what_does_not_exist(world, settings, report, disguise):
    if disguise.moderated:
        settings.SESSION_APPROVAL_POLICY = "staff"
        world = with_hidden_file(world)
    differ, asked = [], list(tries(disguise))
    for route, method, way, who in asked:
        hidden, nothing = (
            ask(world, who, route, method, way, address(route, ids(world), disguise.query))
            for ids in (disguise.hidden, disguise.nothing)
        )
        if hidden != nothing:
            differ.append((route, method, way, who, hidden, nothing))
    report(f"{disguise.name}: {len(asked)} tries, {len(differ)} differ")
    assert differ == []
    assert asked


def test_what_may_be_seen_differs_from_nothing(world):
    """The comparison sees a difference where there is one: without the policy nothing is hidden."""
    disguise = DISGUISES[0]
    path, nowhere = (
        address(disguise.routes, ids(world), "") for ids in (disguise.hidden, disguise.nothing)
    )

    assert ask(world, "stranger", disguise.routes, "GET", "good", path) != ask(
        world, "stranger", disguise.routes, "GET", "good", nowhere
    )


def test_a_forged_signature_asks_the_database_the_same_whatever_there_is(world):
    asked = []
    for pk in (world.file.pk, NOTHING):
        path = f"/api/sessions/{world.offer.pk}/materials/{pk}/file/{FORGED}"
        with CaptureQueriesContext(connection) as queries:
            assert world.client("anonymous").get(path).status_code == 404
        # A whole number: the id may be a part of another one.
        asked.append([re.sub(rf"\b{pk}\b", "?", each["sql"]) for each in queries])

    assert asked[0] == asked[1]
    assert len(asked[0]) == 1


def test_an_address_that_has_ended_is_answered_as_one_that_was_forged(world, settings):
    given_out = timezone.now() - settings.FILE_ADDRESS_LIFETIME - timedelta(seconds=5)
    ended = file_address(world.file, now=given_out, link=str)
    forged = f"/api/sessions/{NOTHING}/materials/{NOTHING}/file/{FORGED}"
    client = world.client("stranger")

    assert told(client.get(ended)) == told(client.get(forged))


def test_every_field_that_names_something_is_in_the_table():
    named = {f"{each} {name}" for each in WRITES for name in NAMING & dict(each.body).keys()}

    assert named == {*BODIES, *PROMISED_IN_BODIES}


@pytest.mark.parametrize("field", BODIES)
def test_who_is_hidden_in_a_body_is_answered_as_who_does_not_exist(world, field):
    who, path, hidden, body = BODIES[field]
    told_of = []
    for name in (hidden, ""):
        data = orjson.dumps(body(world, name))
        client = world.client(who)
        with undone(), CaptureQueriesContext(connection) as queries:
            answer = client.generic(
                "POST", path.format(id=world.offer.pk), data, "application/json"
            )
        told_of.append((told(answer), len(queries)))

    assert told_of[0] == told_of[1]
    assert told_of[0][0][0] >= 400


def lists_of(world: World, who: str) -> dict[str, Any]:
    """All lists that one can ask for, and some with what narrows them to what is hidden."""
    plain = [each for each in routes(MATRIX) if each.startswith(("/api/se", "/api/n", "/v1/"))]
    paths = [f"{each}{QUERY.get(each, '')}" for each in plain if "<" not in each]
    creator, mine = world.people["creator"].pk, "/api/sessions/"
    paths += [f"{mine}?search=hidden", f"{mine}?creator={creator}", f"{mine}?subject=hidden"]
    paths += [f"{mine}?ordering={each}&page_size=1" for each in ("title", "-created_at")]
    paths += [f"{mine}?status=pending_approval", f"{mine}?status=cancelled"]
    return {path: told(world.client(who).get(path)) for path in paths}


def test_nothing_tells_others_of_what_the_staff_have_not_approved(world, settings, time_machine_at):
    settings.SESSION_APPROVAL_POLICY = "staff"
    creator, staff, now = world.people["creator"], world.people["staff"], timezone.now()
    time_machine_at(now)  # for the signatures in the lists
    others = ("stranger", "requester", "participant")
    before = {who: lists_of(world, who) for who in others}

    with undone():
        fields = {"title": "Hidden", "subject": "Hidden"}
        hidden, refused = publish(creator, now, **fields), publish(creator, now, **fields)
        changes = {"title": "Hidden again", "date": now + timedelta(days=3)}
        services.update(seen(hidden, creator), by=creator, now=now, **changes)
        services.add_material(
            seen(hidden, creator), by=creator, now=now, type="file", title="Hidden",
            file=SimpleUploadedFile("hidden.txt", b"Hidden"), file_name="hidden.txt",
        )  # fmt: skip
        services.cancel(seen(refused, staff), by=staff, now=now, reason="Hidden")
        people = [world.people[who].pk for who in others]

        assert {who: lists_of(world, who) for who in others} == before
        assert not Notification.objects.filter(user__in=people, message__contains="idden").exists()
        # They would be told, were they there to be told.
        assert "Hidden again" in str(lists_of(world, "creator"))
        assert "Hidden" in str(lists_of(world, "staff"))
