"""Whatever is wrong with a request, a real server answers in the envelope (contract C4), in
development and in production."""

import pytest

from tests.support.server import Server

PRODUCTION = {
    "DEBUG": "0",
    "SECURE_SSL_REDIRECT": "0",
    "SECRET_KEY": "a-key-for-this-test-only-" * 3,
    "ALLOWED_HOSTS": "localhost,127.0.0.1",
}


@pytest.fixture(scope="module", params=["0", "1"], ids=["DEBUG=0", "DEBUG=1"])
def server(request, tmp_path_factory):
    environment = PRODUCTION | {"DEBUG": request.param, "DEMO_DATA": "0"}
    with Server(tmp_path_factory.mktemp("errors"), environment) as running:
        yield running


@pytest.fixture(scope="module")
def token(server):
    return server.register("ines", "instructor")


def enveloped(answer, status, code):
    assert answer.status_code == status
    assert answer.headers["Content-Type"] == "application/json"
    assert answer.headers["X-Request-ID"]
    body = answer.json()
    assert body["code"] == code
    assert body["error"].endswith((".", "?"))
    assert "<" not in answer.text
    assert "Traceback" not in answer.text
    return body


@pytest.mark.parametrize("method", ["GET", "POST", "PUT", "DELETE"])
@pytest.mark.parametrize("path", ["/nowhere", "/api/", "/api/sessions/abc/", "/healthz/x"])
def test_an_unknown_path(server, token, method, path):
    enveloped(server.call(method, path, token), 404, "unknown_address")


def test_a_path_without_a_trailing_slash_names_the_right_one(server, token):
    body = enveloped(server.call("POST", "/api/sessions", token, json={}), 404, "unknown_address")

    assert "/api/sessions/" in body["error"]


@pytest.mark.parametrize(
    ("method", "path", "allowed"),
    [
        ("PATCH", "/api/sessions/", "POST"),
        ("DELETE", "/api/sessions/my_sessions/", "GET"),
        ("GET", "/api/auth/token/", "POST"),
        ("POST", "/readyz", "GET"),
        ("POST", "/api/schema/", "GET"),
        ("POST", "/api/docs/", "GET"),
    ],
)
def test_a_wrong_method(server, token, method, path, allowed):
    answer = server.call(method, path, token)

    enveloped(answer, 405, "method_not_allowed")
    assert allowed in answer.headers["Allow"]


@pytest.mark.parametrize("body", [b"{", b"", b"\xff\xfe", b"[" * 3000, b'{"title": NaN}'])
def test_a_malformed_body(server, token, body):
    headers = {"Content-Type": "application/json"}
    answer = server.call("POST", "/api/sessions/", token, headers=headers, data=body)

    code = "malformed_body" if body else "validation_error"
    enveloped(answer, 400, code)


@pytest.mark.parametrize("body", ["[]", "null", "1", '"text"'])
def test_a_body_that_is_not_an_object(server, token, body):
    headers = {"Content-Type": "application/json"}
    answer = server.call("POST", "/api/sessions/", token, headers=headers, data=body)

    assert enveloped(answer, 400, "validation_error")["fields"]


@pytest.mark.parametrize("media_type", ["text/plain", "application/x-www-form-urlencoded", "a/b"])
def test_an_unsupported_media_type(server, token, media_type):
    headers = {"Content-Type": media_type}
    answer = server.call("POST", "/api/sessions/", token, headers=headers, data="title=x")

    enveloped(answer, 415, "unsupported_media_type")


def test_a_body_that_is_too_large(server, token):
    headers = {"Content-Type": "application/json"}
    body = b'{"title": "' + b"x" * 2_000_000 + b'"}'
    answer = server.call("POST", "/api/sessions/", token, headers=headers, data=body)

    enveloped(answer, 413, "body_too_large")


def test_a_missing_and_a_wrong_token(server):
    missing = server.call("GET", "/api/sessions/")
    wrong = server.call("GET", "/api/sessions/", "nonsense")

    enveloped(missing, 401, "not_authenticated")
    enveloped(wrong, 401, "token_not_valid")
    assert missing.headers["WWW-Authenticate"] == wrong.headers["WWW-Authenticate"]
    assert missing.headers["WWW-Authenticate"].startswith("Bearer")


def test_invalid_fields_are_named(server, token):
    answer = server.call("POST", "/api/sessions/", token, json={"title": "x"})

    body = enveloped(answer, 400, "validation_error")
    assert set(body["fields"]) == {"description", "date", "max_participants"}
    assert body["error"] == next(iter(body["fields"].values()))[0]


@pytest.mark.parametrize("query", ["subject=%00", "status=%00", "search=a%00b"])
def test_a_nul_character_in_a_filter(server, token, query):
    enveloped(server.call("GET", f"/api/sessions/?{query}", token), 400, "validation_error")


def test_a_host_name_that_is_not_served(server, token):
    answer = server.call("GET", "/api/sessions/", token, headers={"Host": "evil.example"})

    enveloped(answer, 400, "bad_request")
