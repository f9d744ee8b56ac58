"""All regular expressions that a request passes, including those of libraries, take linear time."""

from __future__ import annotations

from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.template.base import filter_re, tag_re
from django.test.client import BOUNDARY, MULTIPART_CONTENT, encode_multipart
from django.urls import reverse

from operations.serving import LONG_BLANK
from tests.hostile.operations import Operation, described
from tests.hostile.world import World
from tests.patterns.cases import as_text, cases_of, failures
from tests.patterns.finding import kept_by, watching
from tests.patterns.growth import LINEAR, growth

HEADERS = {
    "HTTP_ACCEPT": "text/html;q=0.9, */*;q=0.1",
    "HTTP_ACCEPT_LANGUAGE": "de-AT, en;q=0.5",
    "HTTP_ACCEPT_ENCODING": "gzip;q=0.5, br",
    "HTTP_ORIGIN": "http://localhost:3000",
    "HTTP_COOKIE": 'a=b; sessionid=x; c="d\\"e"',
    "HTTP_X_FORWARDED_FOR": "1.2.3.4, ::1",
    "HTTP_X_REQUEST_ID": "abc-1",
    "HTTP_RANGE": "bytes=0-1",
    "HTTP_IF_NONE_MATCH": 'W/"a", "b"',
    "HTTP_IF_MODIFIED_SINCE": "Wed, 21 Oct 2030 07:28:00 GMT",
    "HTTP_USER_AGENT": "Mozilla/5.0",
    "HTTP_REFERER": "http://testserver/admin/",
}
# These are applied to the site's own templates only.
OURS = {filter_re, tag_re}
# The packages that read requests before Django, with the method of their patterns.
READERS = {"h11": "fullmatch", "websockets.headers": "match"}
IN_HEADERS = ["\\", " ", ",", ";", '"', "=", "a", "a,", "a;", "1-", "::"]


@pytest.mark.parametrize("package", READERS)
def test_requests_are_read_in_linear_time(package):
    cases = [
        (name, lambda text, use=use: is_refused_early(text) or use(text), texts)
        for name, use, texts in cases_of(kept_by([package]), READERS[package])
    ]

    assert cases
    assert failures(cases) == []


def is_refused_early(text: str) -> bool:
    return bool(LONG_BLANK.search(text.encode("latin-1", "replace")))


def test_a_header_of_any_form_takes_linear_time(api, db):
    """These are whole requests, so the texts are long enough to dominate the time."""
    client = api()
    client.raise_request_exception = False
    found = [
        (name, start, pump)
        for name in [*HEADERS, "HTTP_AUTHORIZATION", "HTTP_HOST", "HTTP_IDEMPOTENCY_KEY"]
        for pump in IN_HEADERS
        for start in ['a="' if name == "HTTP_COOKIE" else ""]
        if growth(
            lambda text, name=name: client.get("/api/sessions/", **{name: text}),
            pump,
            start=start,
            end='"',
            shortest=8_000,
            longest=16_000,
        )
        > LINEAR
    ]

    assert found == []


def removes(operation: Operation) -> bool:
    return operation.method == "delete" or operation.path.endswith("/block/")


@pytest.mark.django_db
def test_whatever_a_request_meets_takes_linear_time(
    settings, person, session, api, desk, material_path
):
    settings.DISABLE_THROTTLING = True
    world = World(person, session, api)
    seen: dict[Any, Any] = {}
    # One world is enough for all operations if those that remove something come last.
    for operation in sorted(described(), key=removes):
        client, address = world.client(operation), world.address(operation)
        body = ", ".join(f'"{key}": {part}' for key, part in world.good(operation).items())
        sent = {
            "data": f"{{{body}}}" if operation.body else b"",
            "content_type": "application/json; charset=utf-8",
            "QUERY_STRING": "&".join(f"{name}=2030-01-01" for name in operation.query),
        }
        with watching(seen):
            client.generic(operation.method.upper(), address, **sent, **HEADERS)
    parts = {"title": "t", "type": "file", "file": SimpleUploadedFile("a.md", b"# x")}
    form = encode_multipart(BOUNDARY, parts)
    with watching(seen):
        world.creators.generic("POST", material_path, form, MULTIPART_CONTENT, **HEADERS)
        desk.get(reverse("admin:auth_group_changelist"), {"q": "a b"}, **HEADERS)

    by_method = {(as_text(each), method) for (_, method), each in seen.items() if each not in OURS}

    assert len(by_method) > 80
    found = [
        failure
        for pattern, method in by_method
        for failure in failures(cases_of([pattern], method))
    ]
    assert found == []


@pytest.fixture
def material_path(session, student, join) -> str:
    return f"/api/sessions/{session().pk}/materials/"
