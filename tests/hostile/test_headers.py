"""Hostile values in every header that is read, at every operation: the answer is a success, or an
error in the envelope; never a 5xx, and no header is injected into it (contract C4, C9). With
HOSTILE=all every operation gets every value in every header."""

from __future__ import annotations

import os
from zlib import crc32

import pytest

from tests.hostile.operations import Operation, described
from tests.hostile.world import World, acceptable

pytestmark = pytest.mark.django_db

HEADERS = [
    *["AUTHORIZATION", "ACCEPT", "ACCEPT_LANGUAGE", "ACCEPT_ENCODING", "ORIGIN", "HOST", "COOKIE"],
    *["X_FORWARDED_FOR", "X_FORWARDED_PROTO", "X_FORWARDED_HOST", "X_REQUEST_ID", "RANGE"],
    *["IF_NONE_MATCH", "IF_MODIFIED_SINCE", "IDEMPOTENCY_KEY", "TRANSFER_ENCODING"],
    *["X_ZM_SIGNATURE", "X_ZM_REQUEST_TIMESTAMP", "X_HTTP_METHOD_OVERRIDE"],
    *["ACCESS_CONTROL_REQUEST_METHOD", "ACCESS_CONTROL_REQUEST_HEADERS", "CONTENT_TYPE"],
]
VALUES = [
    *[
        "",
        " ",
        "\x00",
        "\xff\xfe",
        "a\r\nX-Evil: 1",
        "a" * 8_000,
        "9" * 5_000,
        ",,,",
        "null",
        "*/*",
    ],
    *["Bearer", "Bearer a.b.c", "Basic Og==", "application/json; charset=utf-7", "-1", "http://["],
    *["application/json; charset=rot13", "multipart/form-data; boundary=", "bytes=9-1", str(2**63)],
]
CASES = [(header, value) for header in HEADERS for value in VALUES]
ONE_IN = 1 if os.environ.get("HOSTILE") == "all" else 160


def failures(people: World, operation: Operation) -> list[tuple[str, str, str, int]]:
    start, found = crc32(str(operation).encode()) % ONE_IN, []
    address = people.address(operation)
    for header, value in CASES[start::ONE_IN]:
        name = header if header == "CONTENT_TYPE" else f"HTTP_{header}"
        answer = people.creators.generic(operation.method.upper(), address, b"{}", **{name: value})
        if not acceptable(answer) or "X-Evil" in str(answer.headers):
            found.append((str(operation), header, value[:40], answer.status_code))
        if answer.status_code < 400 and operation.method != "get":
            people.renew()
            address = people.address(operation)
    return found


def test_a_hostile_value_in_any_header(world):
    # One test for all: creating people and sessions for each operation would take longer than its
    # requests.
    assert [each for operation in described() for each in failures(world, operation)] == []
