"""Hostile values in every field of every body, and in every path and query parameter, as the API's
own description lists them: a 4xx in the envelope, or a 2xx where the value is valid; never a 5xx,
and no list is broken afterwards (contract C4, C5, C7, C10, S3). By default each field and parameter
gets a share of the values."""

from __future__ import annotations

import json
import os
from typing import Any
from zlib import crc32

import pytest
from django.db import connection

from tests.hostile.operations import READS, WRITES, described
from tests.hostile.world import acceptable
from tests.support.envelope import refused

pytestmark = pytest.mark.django_db
# Tests whose values reach the database; the others are the same on both databases.
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
# A note ignores these keys, so that any value is accepted.
UNUSED = {"url", "file"}
# Values that the two databases handle differently: both get them in every place.
EDGES = {str(2**63 - 1), str(2**63), str(-(2**63) - 1), r'"a\u0000b"', "a%00b", r'"\ud800"'}


def share(values: list[str], name: str) -> list[str]:
    """Return the edges and an eighth of the rest: a different eighth for each name and database, so
    that every value is used somewhere. With HOSTILE=all every name gets every value."""
    if os.environ.get("HOSTILE") == "all":
        return values
    start = crc32(f"{name} {connection.vendor}".encode()) % 8
    return [each for n, each in enumerate(values) if n % 8 == start or each in EDGES]


def takes(field: dict[str, Any], value: str) -> bool:
    """Whether the value has a type that the field accepts according to the description."""
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
