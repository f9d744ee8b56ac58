"""A row that somebody may not see gets the same answer as one that doesn't exist: the same status,
headers and body, for every method, body and header of the request (contract S9, M1, N1, F1, F2).
With PERMISSIONS=all everybody sends every request."""

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
from tests.permissions.cells import METHODS, routes
from tests.permissions.hidden_rows import (
    BODIES,
    FORGED,
    HIDDEN_ROWS,
    NAMING,
    NOTHING,
    REVEALED,
    REVEALED_IN_BODIES,
    HiddenRow,
    address,
    with_hidden_file,
)
from tests.permissions.matrix import MATRIX
from tests.permissions.sending import QUERY, send
from tests.permissions.test_matrix import hash_of, served
from tests.permissions.world import World, rolled_back

pytestmark = pytest.mark.django_db

NAMED = [route for route in served() if ":" in route]
# Variants of each request: its body and headers.
VARIANTS: dict[str, dict[str, Any]] = {
    "valid": {},
    "broken": {"data": b"{", "content_type": "application/json"},
    "form": {"data": b"a=b", "content_type": "application/x-www-form-urlencoded"},
    "conditional": {
        "HTTP_IF_NONE_MATCH": "*",
        "HTTP_IF_MODIFIED_SINCE": "Thu, 01 Jan 2026 00:00:00 GMT",
    },
    "idempotent": {
        "HTTP_IDEMPOTENCY_KEY": "a-key",
        "data": b"{}",
        "content_type": "application/json",
    },
    "overridden": {"HTTP_X_HTTP_METHOD_OVERRIDE": "GET", "HTTP_ACCEPT": "text/html"},
    "foreign": {"HTTP_ORIGIN": "https://elsewhere.example", "HTTP_RANGE": "bytes=0-1"},
}


def parts_of(answer: Any) -> tuple[int, dict[str, str], bytes]:
    """Return the status, headers and body of an answer, without its request id."""
    content = b"".join(answer) if answer.streaming else answer.content
    headers = {name: value for name, value in answer.items() if name != "X-Request-ID"}
    answer.close()
    return answer.status_code, headers, content


def answer_to(world: World, who: str, route: str, method: str, variant: str, path: str) -> Any:
    with rolled_back():
        if variant == "valid":
            return parts_of(send(world, who, route, method, path=path))
        return parts_of(world.client(who).generic(method, path, **VARIANTS[variant]))


def requests(row: HiddenRow) -> Iterator[tuple[str, str, str, str]]:
    """Yield (route, method, variant, who)."""
    for route in NAMED:
        if not route.startswith(row.routes):
            continue
        for method, variant in product(METHODS, VARIANTS):
            turn = hash_of(f"{row.name} {route} {method} {variant}")
            if os.environ.get("PERMISSIONS") == "all":
                yield from ((route, method, variant, who) for who in row.people)
            elif variant == "valid" or turn % 6 == 0:
                yield route, method, variant, row.people[turn % len(row.people)]


def test_every_address_that_names_something_is_in_the_table():
    routes = tuple(each.routes for each in HIDDEN_ROWS)

    assert [each for each in NAMED if not each.startswith((*routes, *REVEALED))] == []


def test_a_route_missing_from_the_table_is_noticed():
    assert not "/api/secrets/<id:pk>/".startswith(tuple(each.routes for each in HIDDEN_ROWS))


@pytest.mark.parametrize("row", HIDDEN_ROWS, ids=lambda each: each.name)
def test_a_hidden_row_is_answered_like_one_that_does_not_exist(world, settings, report, row):
    if row.moderated:
        settings.SESSION_APPROVAL_POLICY = "staff"
        world = with_hidden_file(world)
    differ, sent = [], list(requests(row))
    for route, method, variant, who in sent:
        hidden, nothing = (
            answer_to(world, who, route, method, variant, address(route, ids(world), row.query))
            for ids in (row.hidden, row.nothing)
        )
        if hidden != nothing:
            differ.append((route, method, variant, who, hidden, nothing))
    report(f"{row.name}: {len(sent)} requests, {len(differ)} differ")
    assert differ == []
    assert sent


def test_a_visible_row_is_answered_differently(world):
    """The comparison notices a difference: without the policy the session is visible."""
    row = HIDDEN_ROWS[0]
    path, nowhere = (address(row.routes, ids(world), "") for ids in (row.hidden, row.nothing))

    assert answer_to(world, "stranger", row.routes, "GET", "valid", path) != answer_to(
        world, "stranger", row.routes, "GET", "valid", nowhere
    )


def test_a_forged_signature_causes_the_same_queries_whatever_exists(world):
    statements = []
    for pk in (world.file.pk, NOTHING):
        path = f"/api/sessions/{world.offer.pk}/materials/{pk}/file/{FORGED}"
        with CaptureQueriesContext(connection) as queries:
            assert world.client("anonymous").get(path).status_code == 404
        # Whole numbers only, because the id may be part of a longer one.
        statements.append([re.sub(rf"\b{pk}\b", "?", each["sql"]) for each in queries])

    assert statements[0] == statements[1]
    assert len(statements[0]) == 1


def test_an_expired_address_is_answered_like_a_forged_one(world, settings):
    signed_at = timezone.now() - settings.FILE_ADDRESS_LIFETIME - timedelta(seconds=5)
    expired = file_address(world.file, now=signed_at, link=str)
    forged = f"/api/sessions/{NOTHING}/materials/{NOTHING}/file/{FORGED}"
    client = world.client("stranger")

    assert parts_of(client.get(expired)) == parts_of(client.get(forged))


def test_every_field_that_names_something_is_in_the_table():
    named = {f"{each} {name}" for each in WRITES for name in NAMING & dict(each.body).keys()}

    assert named == {*BODIES, *REVEALED_IN_BODIES}


@pytest.mark.parametrize("field", BODIES)
def test_a_hidden_person_in_a_body_is_answered_like_one_who_does_not_exist(world, field):
    who, path, hidden, body = BODIES[field]
    answers = []
    for name in (hidden, ""):
        data = orjson.dumps(body(world, name))
        client = world.client(who)
        with rolled_back(), CaptureQueriesContext(connection) as queries:
            answer = client.generic(
                "POST", path.format(id=world.offer.pk), data, "application/json"
            )
        answers.append((parts_of(answer), len(queries)))

    assert answers[0] == answers[1]
    assert answers[0][0][0] >= 400


def lists_of(world: World, who: str) -> dict[str, Any]:
    """Return the answers of all lists, some of them filtered by what is hidden."""
    plain = [each for each in routes(MATRIX) if each.startswith(("/api/se", "/api/n", "/v1/"))]
    paths = [f"{each}{QUERY.get(each, '')}" for each in plain if "<" not in each]
    creator, mine = world.people["creator"].pk, "/api/sessions/"
    paths += [f"{mine}?search=hidden", f"{mine}?creator={creator}", f"{mine}?subject=hidden"]
    paths += [f"{mine}?ordering={each}&page_size=1" for each in ("title", "-created_at")]
    paths += [f"{mine}?status=pending_approval", f"{mine}?status=cancelled"]
    return {path: parts_of(world.client(who).get(path)) for path in paths}


def test_others_see_nothing_of_a_session_that_the_staff_have_not_approved(
    world, settings, time_machine_at
):
    settings.SESSION_APPROVAL_POLICY = "staff"
    creator, staff, now = world.people["creator"], world.people["staff"], timezone.now()
    time_machine_at(now)  # signatures in the lists depend on the time
    others = ("stranger", "requester", "participant")
    before = {who: lists_of(world, who) for who in others}

    with rolled_back():
        fields = {"title": "Hidden", "subject": "Hidden"}
        hidden, cancelled = publish(creator, now, **fields), publish(creator, now, **fields)
        changes = {"title": "Hidden again", "date": now + timedelta(days=3)}
        services.update(seen(hidden, creator), by=creator, now=now, **changes)
        services.add_material(
            seen(hidden, creator), by=creator, now=now, type="file", title="Hidden",
            file=SimpleUploadedFile("hidden.txt", b"Hidden"), file_name="hidden.txt",
        )  # fmt: skip
        services.cancel(seen(cancelled, staff), by=staff, now=now, reason="Hidden")
        people = [world.people[who].pk for who in others]

        assert {who: lists_of(world, who) for who in others} == before
        assert not Notification.objects.filter(user__in=people, message__contains="idden").exists()
        # The creator and the staff do see them.
        assert "Hidden again" in str(lists_of(world, "creator"))
        assert "Hidden" in str(lists_of(world, "staff"))
