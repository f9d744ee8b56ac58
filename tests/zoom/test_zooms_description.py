"""Checks the client's requests and the fake Zoom's answers against Zoom's description of its API.

The description isn't in this repository, since it is Zoom's: `ZOOM_OPENAPI` is the path of a copy.
"""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest
from openapi_schema_validator import OAS30Validator
from referencing import Registry
from referencing.jsonschema import DRAFT4

from tests.zoom.client_calls import create, end, failure, marked

DESCRIPTION = os.environ.get("ZOOM_OPENAPI", "")
PATHS = {
    "create": "/users/{userId}/meetings",
    "list": "/users/{userId}/meetings",
    "end": "/meetings/{meetingId}/status",
    "delete": "/meetings/{meetingId}",
}

pytestmark = pytest.mark.skipif(not DESCRIPTION, reason="ZOOM_OPENAPI is not set")


@pytest.fixture(scope="module")
def description():
    return json.loads(Path(DESCRIPTION).read_text())


@pytest.fixture(scope="module")
def errors_in(description):
    """`errors_in(value, "paths", …)`: the errors of a value, by the schema at this place."""
    registry = Registry().with_resource("zoom:", DRAFT4.create_resource(description))

    def errors(value, *place):
        pointer = "/".join(part.replace("~", "~0").replace("/", "~1") for part in place)
        validator = OAS30Validator({"$ref": f"zoom:#/{pointer}"}, registry=registry)
        return [error.message for error in validator.iter_errors(value)]

    return errors


@pytest.fixture
def exchanges(zoom):
    """Requests for every operation, with its possible answers."""
    zoom.hosts.add("ada@example.com")
    zoom.page_limit = 1
    began, unused = create("Ada and Sam", host="ada@example.com"), create(host="ada@example.com")
    zoom.running.add(int(began.id))
    marked("ada@example.com")
    end(began.id)
    end(unused.id)
    end(unused.id)
    failure(lambda: create(host="nobody"))
    zoom.tokens.clear()
    marked("ada@example.com")
    return [each for each in zoom.requests if each.operation != "token"]


def test_requests_and_answers_match_zooms_description(exchanges, description, errors_in):
    seen = set()
    for each in exchanges:
        place = ("paths", PATHS[each.operation], each.method.lower())
        operation = description["paths"][place[1]][place[2]]
        status, answer = each.reply
        seen.add((each.operation, status))

        known = {parameter["name"] for parameter in operation["parameters"]}
        assert set(each.query) <= known
        if each.body:
            content = ("requestBody", "content", "application/json", "schema")
            assert errors_in(json.loads(each.body), *place, *content) == []
        assert str(status) in operation["responses"]
        if answer is not None:
            content = ("responses", str(status), "content", "application/json", "schema")
            assert errors_in(answer, *place, *content) == []

    assert seen >= {("create", 201), ("create", 404), ("list", 200), ("list", 401)}
    assert seen >= {("end", 204), ("end", 400), ("end", 404), ("delete", 204), ("delete", 404)}


def test_the_description_refuses_unknown_keys(errors_in):
    place = ("paths", PATHS["create"], "post", "requestBody", "content", "application/json")

    assert errors_in({"topic": "Ada and Sam", "surprise": True}, *place, "schema")
