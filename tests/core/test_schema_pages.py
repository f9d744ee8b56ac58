"""The API description is served in the requested format, and its pages need no internet access."""

from __future__ import annotations

import re

import pytest
import yaml

from tests.support.envelope import refused

pytestmark = pytest.mark.django_db

SCHEMA = "/api/schema/"


@pytest.mark.parametrize(
    ("query", "accept", "media_type"),
    [
        ("", "*/*", "application/vnd.oai.openapi"),
        ("", "application/yaml", "application/yaml"),
        ("", "application/json", "application/json"),
        ("?format=json", "*/*", "application/vnd.oai.openapi+json"),
    ],
)
def test_it_is_served_as_yaml_and_as_json(api, document, query, accept, media_type):
    answer = api().get(SCHEMA + query, HTTP_ACCEPT=accept)

    assert answer["Content-Type"].split(";")[0] == media_type
    assert yaml.safe_load(answer.content) == document


@pytest.mark.parametrize("query", ["version=a%0d%0aX-Evil:1", "version=%22", "lang=%00", "lang=x"])
@pytest.mark.parametrize("page", [SCHEMA, "/api/docs/", "/api/redoc/"])
def test_query_parameters_of_the_library_do_no_harm(api, page, query):
    answer = api().get(f"{page}?{query}")

    assert answer.status_code == 200
    assert "X-Evil" not in answer.headers.get("Content-Disposition", "")


def test_an_unsupported_format_is_refused(api):
    refused(api().get(f"{SCHEMA}?format=xml"), 404)
    refused(api().get(SCHEMA, HTTP_ACCEPT="image/png"), 406, "not_acceptable")


@pytest.mark.parametrize("page", ["/api/docs/", "/api/redoc/"])
def test_its_pages_load_everything_from_this_server(api, page, settings):
    settings.WHITENOISE_USE_FINDERS = True
    answer = api().get(page)
    text = answer.content.decode()
    sources = re.findall(r"<(?:script|link|img)\b[^>]*?(?:src|href)=\"([^\"]+)\"", text)

    assert answer.status_code == 200
    assert len(sources) >= 1
    assert re.findall(r"@import|url\(", text) == []
    for source in sources:
        assert source.startswith(("/static/", page))
        loaded = api().get(source)
        assert loaded.status_code == 200
        text += "" if loaded.streaming else loaded.content.decode()
    assert SCHEMA in text
