"""Hostile values in every field of every body, and in every path and query parameter, as the API's
own description lists them: a 4xx in the envelope, or a 2xx where the value is a good one; never a
5xx, and no list is broken afterwards (contract C4, C5, C7, C10, S3). SQLite gets its share of the
values where PostgreSQL gets them all."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from functools import cache
from typing import Any
from zlib import crc32

import pytest
import yaml
from django.db import connection
from django.test import override_settings
from django.utils import timezone
from rest_framework.test import APIClient

from accounts.models import User
from accounts.tokens import unsubscribe_links
from friendships import services as friendships
from friendships.models import Friendship
from materials.models import Material
from sessions_app.models import Session
from sessions_app.states import Mode
from tests.core.envelope import refused
from tests.server import ROOT
from zoom import services as one_on_ones

pytestmark = pytest.mark.django_db
# What comes as far as the database; the rest is the same on both.
on_both = pytest.mark.database

# Raw JSON, since no encoder would write half of these.
WRONG = ["true", "7", "-0", "0.5", "[]", "{}", '["a"]', '{"a": 1}', "null"]
TEXTS = [
    *['""', '"   "', r'"a\u0000b"', r'"\ud800"', f'"{"a" * 10_000}"', f'"{"9" * 5_000}"', '"12"'],
    *['"٣"', '"\u202eabc\u200f"', r'"\uffff"'],
    *['"👩‍👩‍👧‍👦"', '"%s{0.__class__}{x}"', '"\' OR 1=1 --"'],
    *['"0001-01-01T00:00:00+14:00"', '"9999-12-31T23:59:59-14:00"', r'"a\r\nX-Evil: 1"'],
]
NUMBERS = [str(2**63 - 1), str(2**63), str(-(2**63) - 1), "9" * 5_000, "1e400", "1e300", "-1"]
BROKEN = ["NaN", "-Infinity", "٣", "[" * 2_000, "[" * 2_000 + "]" * 2_000, "[" * 950 + "]" * 950]
VALUES = [*WRONG, *TEXTS, *NUMBERS, *BROKEN]
BODIES = [*WRONG, *BROKEN, "", "{", "[{}]", '{"a": 1, "a": 2}', r'{"\u0000": 1}', r'{"\ud800": 1}']
IN_ADDRESSES = [
    *["", "%20", "a%00b", "%ff%fe", "%ED%A0%80", "%zz", "%E2%80%AE", "%D9%A3", "0", "-1", "0.5"],
    *["null", "[]", "1e400", "NaN", "a" * 10_000, "9" * 5_000, "1,2", "%25_%5C%27", "%F0%9F%8E%B2"],
    *[str(2**63 - 1), str(2**63), str(-(2**63) - 1), "x%0d%0aX-Evil:%201", "..%2f"],
    *["0001-01-01T00:00:00%2B14:00", "9999-12-31T23:59:59-14:00", "0001-01-01", "9999-12-31"],
]
# What the two databases take in different ways: each gets them everywhere.
EDGES = {str(2**63 - 1), str(2**63), str(-(2**63) - 1), r'"a\u0000b"', "a%00b", r'"\ud800"'}


def share(values: list[str], name: str) -> list[str]:
    """The edges and an eighth of the rest: another eighth for the next name, and on the other
    database, so that each value comes to some. With HOSTILE=all they all come to each."""
    if os.environ.get("HOSTILE") == "all":
        return values
    start = crc32(f"{name} {connection.vendor}".encode()) % 8
    return [each for n, each in enumerate(values) if n % 8 == start or each in EDGES]


@dataclass(frozen=True)
class Operation:
    method: str
    path: str
    query: tuple[str, ...]
    body: tuple[tuple[str, Any], ...]

    def __str__(self) -> str:
        return f"{self.method.upper()} {self.path}"

    def at(self, value: str) -> str:
        """The address with this in the place of each id."""
        return re.sub(r"\{\w+\}", lambda _: value, self.path)

    @property
    def fields(self) -> dict[str, dict[str, Any]]:
        return {name: json.loads(schema) for name, schema in self.body}


@cache
def described() -> list[Operation]:
    """Every operation of the API's description."""
    # As committed, which CI holds to the code: drawing it anew costs each worker seconds.
    schema: Any = yaml.load((ROOT / "docs/openapi.yaml").read_text(), Loader=yaml.CSafeLoader)

    def fields(operation: Any) -> Iterator[tuple[str, str]]:
        if "requestBody" not in operation:
            return
        reference = operation["requestBody"]["content"]["application/json"]["schema"]["$ref"]
        component = schema["components"]["schemas"][reference.rsplit("/", 1)[1]]
        for name, field in component["properties"].items():
            yield name, json.dumps(field, default=str)

    return [
        Operation(
            method,
            path,
            tuple(e["name"] for e in operation.get("parameters", []) if e["in"] == "query"),
            tuple(fields(operation)),
        )
        for path, item in schema["paths"].items()
        for method, operation in item.items()
    ]


# A change there takes nothing away that the next request needs.
LASTING = {
    f"{method} {path}"
    for method in ("PUT", "PATCH")
    for path in ("/api/auth/me/", "/api/sessions/{session_id}/materials/{id}/")
}
WRITES = [each for each in described() if each.method != "get"]
READS = [each for each in described() if each.method == "get"]
# Keys that a note doesn't use may hold anything.
UNUSED = {"url", "file"}
NEEDED = {"/v1/users/": "?search=person"}
LISTS = [e.path + NEEDED.get(e.path, "") for e in READS if e.query and "{" not in e.path]


class World:
    """People, sessions and friends for one request after another; anew once one has succeeded."""

    def __init__(self, person: Any, session: Any, api: Any) -> None:
        self.make_person, self.make_session, self.api = person, session, api
        self.asker: User = person()
        self.renew()

    def renew(self) -> None:
        self.creator: User = self.make_person(role="instructor")
        self.guest: User = self.make_person()
        fields = {"subject": "s", "level": "beginner"}
        self.sessions: list[Session] = [
            self.make_session(by=self.creator),
            self.make_session(by=self.creator, booking_mode=Mode.REQUEST, **fields),
        ]
        self.creators, self.guests = self.api(self.creator), self.api(self.guest)
        self.guests.post(f"/api/sessions/{self.sessions[1].pk}/join/")
        self.request: Friendship | None = None
        self.token: one_on_ones.Issued | None = None
        self.note: Material = self.sessions[1].materials.create(
            type="note", title="t", content="c", uploaded_by=self.creator
        )

    def client(self, operation: Operation) -> APIClient:
        guests = operation.path.rsplit("/", 2)[1] in {"join", "leave", "withdraw_request"}
        return self.guests if guests else self.creators

    def befriend(self) -> Friendship:
        """Make friends of creator and guest, and let somebody ask the creator; that request."""
        if self.request is None:
            now = timezone.now()
            first = friendships.ask(by=self.guest, to=self.creator, now=now)
            friendships.accept(first, by=self.creator, now=now)
            self.request = friendships.ask(by=self.asker, to=self.creator, now=now)
        return self.request

    def start(self) -> one_on_ones.Issued:
        """Let the two friends meet; a join token of the creator's."""
        if self.token is None:
            self.befriend()
            now, by = timezone.now(), self.creator
            made = one_on_ones.create(by=by, participant_id=self.guest.pk, now=now)
            with override_settings(DEBUG=True):  # where they meet in a stand-in room
                one_on_ones.start(made, by=by, now=now)
            one_on_ones.mark_ready(made, by=self.guest, now=now)
            self.token = one_on_ones.issue(made, by=by, now=now)
        return self.token

    def address(self, operation: Operation) -> str:
        if operation.path.startswith("/v1/sessions/"):
            return operation.at(str(self.start().row.session_id))
        if operation.path.startswith("/v1/"):
            request = self.befriend()
            return operation.at(str((self.guest if "{user_id}" in operation.path else request).pk))
        session = str(self.sessions[1].pk)
        if "{token}" in operation.path:
            return operation.at(unsubscribe_links.sign(str(self.guest.pk)))
        if "/materials/" in operation.path:
            return operation.path.format(session_id=session, id=self.note.pk)
        return operation.at(session)

    def good(self, operation: Operation) -> dict[str, str]:
        """A good value for each field, as JSON."""
        known = {
            "email": f"{self.guest.username}@example.org",
            "username": f"new-{self.guest.username}",
            "date": (self.sessions[0].date + timedelta(days=1)).strftime("%Y-%m-%dT%H:%M"),
            "user_id": (self.asker if operation.path.startswith("/v1/") else self.guest).pk,
            "participant_id": self.guest.pk,
            "timezone": "Europe/Berlin",
            "email_notifications": True,
            "old_password": "a-good-password-26",
            "role": "student",
            "level": "beginner",
            "booking_mode": "instant",
            "type": "note",
            "status": "approved",
        }
        if operation.path == "/v1/sessions/join-token/validate/":
            known["token"] = self.start().text
        return {
            name: json.dumps(known.get(name, field.get("minimum", "a-good-password-27")))
            for name, field in operation.fields.items()
        }

    def send(self, operation: Operation, body: str) -> Any:
        answer = self.client(operation).generic(
            operation.method.upper(),
            self.address(operation),
            body.encode(),
            content_type="application/json",
        )
        if answer.status_code < 400 and str(operation) not in LASTING:
            self.renew()
        return answer

    def check_lists(self) -> None:
        people = [self.creators, self.guests]
        for path in [*LISTS, f"/api/sessions/{self.sessions[0].pk}/participants/"]:
            assert [each.get(path).status_code for each in people] == [200, 200], path


@pytest.fixture
def world(settings, person, session, api):
    settings.DISABLE_THROTTLING = True
    settings.ZOOM_WEBHOOK_SECRET = "a-secret"
    return World(person, session, api)


def acceptable(answer: Any) -> bool:
    if answer.status_code < 400:
        return True
    refused(answer, answer.status_code)
    return bool(answer.status_code < 500)


def takes(field: dict[str, Any], value: str) -> bool:
    """Is it, going by the description, of a type that the field takes?"""
    try:
        data = json.loads(value)
    except (ValueError, RecursionError):
        return False
    kinds = field.get("type", "string")
    if isinstance(data, bool):
        return bool(kinds == "boolean")
    if data is None or isinstance(data, list | dict):
        return data is None and "null" in kinds
    return isinstance(data, str) if "string" in kinds else not isinstance(data, str)


@on_both
@pytest.mark.parametrize("operation", [each for each in WRITES if each.body], ids=str)
def test_a_hostile_value_in_any_field_of_a_body(world, operation):
    failed, loose = [], []
    for name, field in operation.fields.items():
        for value in share(VALUES, f"{operation} {name}"):
            parts = world.good(operation) | {name: value}
            body = "{" + ", ".join(f'"{key}": {part}' for key, part in parts.items()) + "}"
            answer = world.send(operation, body)
            if not acceptable(answer):
                failed.append((name, value[:40], answer.status_code))
            ignored = "/materials/" in operation.path and name in UNUSED
            if answer.status_code < 400 and not ignored and not takes(field, value):
                loose.append((name, value[:40], answer.status_code))
    world.check_lists()
    assert failed == []
    assert loose == []


@pytest.mark.parametrize("operation", WRITES, ids=str)
def test_a_hostile_body(world, operation):
    sent = {body: world.send(operation, body) for body in share(BODIES, str(operation))}
    world.check_lists()
    assert [body[:40] for body, answer in sent.items() if not acceptable(answer)] == []


@on_both
@pytest.mark.parametrize("operation", READS, ids=str)
def test_a_hostile_value_in_any_query_parameter(world, operation):
    queries = [f"{name}={value}" for name in operation.query for value in share(IN_ADDRESSES, name)]
    queries += ["%00=1", "%ff=1", "a=1&" * 1001, "=", "&&;", "?", "x" * 60_000]
    sent = {
        query: world.creators.get(world.address(operation), QUERY_STRING=query) for query in queries
    }
    assert [query[:60] for query, answer in sent.items() if not acceptable(answer)] == []


@pytest.mark.parametrize("operation", [each for each in described() if "{" in each.path], ids=str)
def test_a_hostile_value_in_any_path_parameter_is_a_404(world, operation):
    for value in share(IN_ADDRESSES, str(operation)):
        refused(getattr(world.creators, operation.method)(operation.at(value)), 404)
