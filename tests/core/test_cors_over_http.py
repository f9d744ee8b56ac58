"""Requests of browsers on other origins (contract C9) to a real server."""

from datetime import UTC, datetime, timedelta

import pytest

from tests.support.server import Server

FRONTEND = "https://app.example.org"
LOCAL = [
    "http://localhost:3000",
    "http://127.0.0.1:5173",
    "http://localhost",
    "https://localhost:1",
]
FOREIGN = [
    "https://evil.example",
    "http://localhost.evil.example:3000",
    "http://evil-localhost:3000",
    "http://localhost:3000.evil.example",
    "null",
]
PRODUCTION = {
    "DEBUG": "0",
    "SECURE_SSL_REDIRECT": "0",
    "SECRET_KEY": "a-key-for-this-test-only-" * 3,
    "ALLOWED_HOSTS": "127.0.0.1",
    "CORS_ALLOWED_ORIGINS": FRONTEND,
}


@pytest.fixture(scope="module")
def development(tmp_path_factory):
    with Server(tmp_path_factory.mktemp("development"), {"DEMO_DATA": "0"}) as running:
        yield running


@pytest.fixture(scope="module")
def production(tmp_path_factory):
    environment = PRODUCTION | {"DEMO_DATA": "0"}
    with Server(tmp_path_factory.mktemp("production"), environment) as running:
        yield running


def preflight(server, origin, method="PUT", path="/api/sessions/1/"):
    """Send the preflight request of a browser that will send JSON with a token."""
    return server.call(
        "OPTIONS",
        path,
        headers={
            "Origin": origin,
            "Access-Control-Request-Method": method,
            "Access-Control-Request-Headers": "authorization,content-type",
        },
    )


def is_allowed(server, origin):
    """Whether a browser lets a page of this origin send the request and read its answer."""
    first = preflight(server, origin)
    answer = server.call("GET", "/api/sessions/", headers={"Origin": origin})
    assert first.status_code == 200
    allowed = {each.headers.get("Access-Control-Allow-Origin") for each in (first, answer)}
    assert len(allowed) == 1
    return allowed == {origin}


@pytest.mark.parametrize("origin", LOCAL)
def test_in_development_any_local_port_is_allowed(development, origin):
    assert is_allowed(development, origin)


@pytest.mark.parametrize("origin", FOREIGN)
def test_in_development_a_foreign_origin_is_not_allowed(development, origin):
    assert not is_allowed(development, origin)


def test_in_production_only_the_origins_listed_are_allowed(production):
    assert is_allowed(production, FRONTEND)
    for origin in [*LOCAL, *FOREIGN, "http://app.example.org", f"{FRONTEND}:8443"]:
        assert not is_allowed(production, origin), origin


@pytest.mark.parametrize("method", ["GET", "POST", "PUT", "PATCH", "DELETE"])
def test_every_method_and_the_headers_of_the_client_are_allowed(development, method):
    answer = preflight(development, LOCAL[0], method)

    assert method in answer.headers["Access-Control-Allow-Methods"]
    headers = answer.headers["Access-Control-Allow-Headers"].lower()
    assert "authorization" in headers
    assert "content-type" in headers
    assert "idempotency-key" in headers


@pytest.mark.parametrize("path", ["/api/sessions/", "/api/nowhere/", "/healthz"])
def test_scripts_can_read_answers_and_their_headers_including_errors(development, path):
    answer = development.call("GET", path, headers={"Origin": LOCAL[0]})

    assert answer.headers["Access-Control-Allow-Origin"] == LOCAL[0]
    exposed = {
        name.strip().lower() for name in answer.headers["Access-Control-Expose-Headers"].split(",")
    }
    assert {"idempotent-replayed", "link", "retry-after", "x-request-id"} <= exposed
    assert answer.headers["X-Request-ID"]
    assert "origin" in answer.headers["Vary"].lower()


def test_a_browser_can_publish_a_session_after_a_preflight(development):
    origin = {"Origin": LOCAL[0]}
    token = development.register("ines", "instructor")
    body = {
        "title": "x",
        "description": "y",
        "date": (datetime.now(UTC) + timedelta(days=9)).isoformat(),
        "max_participants": 2,
    }

    assert preflight(development, LOCAL[0], "POST", "/api/sessions/").ok
    answer = development.call("POST", "/api/sessions/", token, headers=dict(origin), json=body)

    assert answer.status_code == 201
    assert answer.headers["Access-Control-Allow-Origin"] == LOCAL[0]
    assert "Access-Control-Allow-Credentials" not in answer.headers
