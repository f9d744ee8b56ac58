"""The API description (OpenAPI 3.1) is valid and complete. Generating it fails for what can't
be described, instead of omitting it."""

from __future__ import annotations

import re
from collections import Counter
from typing import Annotated, NotRequired, TypedDict

import pytest
from django.urls import get_resolver
from openapi_spec_validator import OpenAPIV31SpecValidator
from rest_framework.response import Response

from core import errors
from core.api.operations import Answer, operation
from core.api.views import ActionViewSet
from sessions_app.states import Level, Status

pytestmark = pytest.mark.django_db


def test_it_is_openapi_3_1_and_valid(document):
    assert document["openapi"].startswith("3.1.")
    assert [str(each) for each in OpenAPIV31SpecValidator(document).iter_errors()] == []


def addresses(patterns, prefix=""):
    """Every method and path of the API that the URL resolver has."""
    for pattern in patterns:
        route = prefix + str(pattern.pattern)
        if hasattr(pattern, "url_patterns"):
            yield from addresses(pattern.url_patterns, route)
        elif hasattr(pattern.callback, "actions"):
            path = "/" + re.sub(r"<(?:id|str):(\w+)>", r"{\1}", route).rstrip("$")
            path = path.replace("{pk}", "{id}")
            for method in set(pattern.callback.actions) - {"head"}:
                yield method, path


def test_every_operation_is_described_and_nothing_else(document):
    described = {(method, path) for path, item in document["paths"].items() for method in item}

    assert described == set(addresses(get_resolver().url_patterns))


def operations(document):
    return [each for item in document["paths"].values() for each in item.values()]


def test_each_operation_has_a_name_a_summary_and_its_answers(document):
    ids = Counter(each["operationId"] for each in operations(document))

    assert max(ids.values()) == 1
    for each in operations(document):
        assert each["summary"]
        assert not each["summary"].endswith(".")
        assert any(status.startswith("2") for status in each["responses"])
        assert {"429", "503"} <= set(each["responses"])
        for status, answer in each["responses"].items():
            content = answer.get("content", {}).get("application/json", {})
            if int(status) >= 400:
                assert content["schema"] == {"$ref": "#/components/schemas/Error"}


def query_of(document, path):
    found = document["paths"][path]["get"]["parameters"]
    return {each["name"]: each for each in found if each["in"] == "query"}


def test_the_filters_of_arrays_are_described_like_those_of_pages(document):
    assert query_of(document, "/v1/users/")["search"]["required"]
    assert query_of(document, "/api/notifications/")["unread"]["schema"]["enum"] == [
        "true",
        "false",
    ]
    assert "direction" in query_of(document, "/v1/friends/requests/")
    assert "status" in query_of(document, "/v1/sessions/")
    assert "status" not in query_of(document, "/v1/sessions/{id}/audit-logs/")


def test_lists_of_values_and_bounds_are_described(document):
    query = query_of(document, "/api/sessions/")

    assert query["status"]["schema"]["items"]["enum"] == Status.values
    assert (query["status"]["style"], query["status"]["explode"]) == ("form", False)
    assert {"format": "date"} in query["date_to"]["schema"]["anyOf"]
    for name in ("page", "page_size", "creator"):
        assert query[name]["schema"]["minimum"] == 1
    assert all(each["allowEmptyValue"] for each in query.values())


def test_partial_updates_have_no_required_fields(document):
    """For PUT as for PATCH (contract C8)."""
    for path in ("/api/sessions/{id}/", "/api/sessions/{session_id}/materials/{id}/"):
        for method in ("put", "patch"):
            body = document["paths"][path][method]["requestBody"]
            name = body["content"]["application/json"]["schema"]["$ref"].rsplit("/", 1)[1]
            assert "required" not in body
            assert "required" not in document["components"]["schemas"][name]


def test_a_text_that_must_not_be_empty_has_a_minimum_length(document):
    schemas = document["components"]["schemas"]

    assert schemas["CreateInput"]["properties"]["title"]["minLength"] == 1
    assert "minLength" not in schemas["CreateInput"]["properties"]["subject"]


def test_the_table_has_every_error_code_once(document):
    rows = re.findall(r"^\| (\d+) \| `(\w+)` \|", document["info"]["description"], re.MULTILINE)

    assert sorted(rows) == sorted((str(e.status), e.code) for e in errors.REGISTRY.values())


def test_only_validation_errors_have_fields(document):
    assert document["components"]["schemas"]["Error"]["required"] == ["code", "error"]


def test_each_error_of_an_operation_is_declared_with_its_status(document):
    for each in operations(document):
        for status, answer in each["responses"].items():
            for code in re.findall(r"^- `(\w+)`", answer["description"], re.MULTILINE):
                assert errors.REGISTRY[code].status == int(status)


def test_operations_that_need_a_token_say_so(document):
    assert document["components"]["securitySchemes"]["bearer"]["scheme"] == "bearer"
    for path, item in document["paths"].items():
        for each in item.values():
            if each.get("security") is None:
                assert path.startswith(("/api/auth/", "/healthz", "/readyz", "/v1/zoom/webhook/"))
            else:
                assert "not_authenticated" in each["responses"]["401"]["description"]


class Shape(TypedDict):
    """A thing."""

    name: Annotated[str, "What it is called."]
    size: NotRequired[int | None]
    level: Annotated[str, Level]
    colour: Annotated[str, ("red", "blue"), "One of the two."]


def schema_of(answer, docstring="Do it."):
    """The described answers of an action `do` that is declared with this answer, or not at all."""

    def do(self, request):
        return Response()

    do.__doc__ = docstring
    declared = operation(answer=answer)(do) if answer else do
    view = type("ThingViewSet", (ActionViewSet,), {"do": declared, "tag": "T"})()
    view.action, view.request, view.kwargs = "do", None, {}
    view.action_map, view.format_kwarg = {"get": "do"}, None
    schema = view.schema
    schema.path, schema.method, schema.registry = "/do/", "GET", Registry()
    schema._get_parameters()
    return schema.get_summary(), schema._get_response_bodies(), schema.registry


class Registry(dict):
    """The part of the library's registry of components that is used."""

    def register(self, component):
        self[component] = component


def test_an_action_that_declares_no_operation_fails():
    with pytest.raises(TypeError, match=r"ThingViewSet\.do declares no operation"):
        schema_of(None)


@pytest.mark.parametrize("docstring", [None, ""])
def test_an_action_without_a_docstring_fails(docstring):
    with pytest.raises(TypeError, match=r"ThingViewSet\.do has no docstring"):
        schema_of(Answer(Shape), docstring=docstring)


def test_a_shape_without_a_json_schema_fails():
    with pytest.raises(TypeError, match="No JSON Schema"):
        schema_of(Answer(complex))


def test_a_shape_becomes_a_component_with_its_required_keys():
    _, bodies, registry = schema_of(Answer(Shape, 201))
    component = next(each for each in registry if each.name == "Shape")

    assert "201" in bodies
    assert component.schema["required"] == ["colour", "level", "name"]
    assert component.schema["properties"] == {
        "name": {"type": "string", "description": "What it is called."},
        "size": {"oneOf": [{"type": "integer"}, {"type": "null"}]},
        "level": {"type": "string", "enum": Level.values},
        "colour": {"type": "string", "enum": ["red", "blue"], "description": "One of the two."},
    }
