"""No request to an account endpoint is answered with a 5xx (contract C4, C10)."""

import pytest

from accounts.models import User
from tests.accounts.conftest import NEW_PASSWORD, assert_invalid, assert_refused
from tests.conftest import PASSWORD

pytestmark = pytest.mark.django_db

BODIES = {
    "/api/auth/register/": {
        "username": "ada",
        "email": "ada@example.com",
        "password": PASSWORD,
        "first_name": "Ada",
        "last_name": "Lovelace",
        "role": "student",
    },
    "/api/auth/token/": {"username": "sam", "password": PASSWORD},
    "/api/auth/token/refresh/": {"refresh": "a.b.c"},
    "/api/auth/token/verify/": {"token": "a.b.c"},
    "/api/auth/logout/": {"refresh": "a.b.c"},
    "/api/auth/password/reset/": {"email": "sam@example.com"},
    "/api/auth/password/reset/confirm/": {"uid": "MQ", "token": "a-b", "new_password": PASSWORD},
    "/api/auth/password/change/": {"old_password": PASSWORD, "new_password": NEW_PASSWORD},
    "/api/auth/me/": {
        "first_name": "Sam",
        "last_name": "Reed",
        "email": "sam@example.com",
        "timezone": "UTC",
    },
}
NEED_A_TOKEN = {"/api/auth/password/change/", "/api/auth/me/"}
FIELDS = [
    pytest.param(path, field, id=f"{path.removeprefix('/api/auth/')}{field}")
    for path, body in BODIES.items()
    for field in body
]
INVALID_VALUES = [None, 7, 0.5, 2**63, True, ["a"], {"$ne": ""}, "nul\x00in it", "ab@c.de" * 20_000]
STRANGE_TEXTS = ["\u202e\u0301\ufeff", "🦉" * 40, "\x01\x7f\x9f", "%s{}{0}\\", "'--", "sam\u2028"]
INVALID_BODIES = {
    "": "validation_error",
    "{}": "validation_error",
    "[]": "validation_error",
    "null": "validation_error",
    '"text"': "validation_error",
    "{": "malformed_body",
    '{"a": NaN}': "malformed_body",
    "[" * 3000: "malformed_body",
    b"\xff\xfe": "malformed_body",
}


@pytest.fixture
def send(api, student):
    """`send(path, body)`: send it, as the student where a token is needed."""

    def call(path, body, **extra):
        client = api(student if path in NEED_A_TOKEN else None)
        method = client.patch if path.endswith("/me/") else client.post
        return method(path, body, **extra)

    return call


@pytest.mark.parametrize(("path", "field"), FIELDS)
def test_an_invalid_value_is_a_validation_error_of_its_field(send, path, field):
    before = User.objects.values().get()

    for value in INVALID_VALUES:
        assert_invalid(send(path, BODIES[path] | {field: value}), field)

    assert User.objects.values().get() == before


@pytest.mark.parametrize(("path", "field"), FIELDS)
def test_a_lone_surrogate_is_malformed(send, path, field):
    answer = send(path, f'{{"{field}": "\\ud800"}}', content_type="application/json")

    assert_refused(answer, 400, "malformed_body")


@pytest.mark.parametrize(("path", "field"), FIELDS)
def test_strange_characters_are_accepted_or_refused(send, path, field):
    for text in STRANGE_TEXTS:
        answer = send(path, BODIES[path] | {field: text})

        assert answer.status_code in {200, 201, 400, 401}, text
        if answer.status_code >= 400:
            assert answer.json()["error"]


@pytest.mark.parametrize("path", BODIES)
def test_a_body_that_is_not_an_object_is_400(send, path):
    for raw, code in INVALID_BODIES.items():
        answer = send(path, raw, content_type="application/json")

        if path.endswith("/me/") and raw in {"", "{}"}:
            assert answer.status_code == 200
        else:
            assert_refused(answer, 400, code)


@pytest.mark.parametrize("path", BODIES)
@pytest.mark.parametrize("kind", ["text/plain", "application/x-www-form-urlencoded", "nonsense"])
def test_another_media_type_is_415(send, path, kind):
    answer = send(path, "username=sam", content_type=kind)

    assert_refused(answer, 415, "unsupported_media_type")


@pytest.mark.parametrize("path", BODIES)
def test_a_body_above_the_size_limit_is_413(send, path):
    answer = send(path, '"' + "x" * 1024 * 1024 + '"', content_type="application/json")

    assert_refused(answer, 413, "body_too_large")


@pytest.mark.parametrize("path", BODIES)
def test_a_wrong_method_is_405_and_lists_the_allowed_ones(api, student, path):
    client = api(student if path in NEED_A_TOKEN else None)

    answer = client.delete(path)

    assert_refused(answer, 405, "method_not_allowed")
    assert "POST" in answer["Allow"] or "PATCH" in answer["Allow"]
