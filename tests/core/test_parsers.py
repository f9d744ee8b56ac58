"""Valid request bodies (contract C4, C10): JSON in UTF-8, whatever charset the header claims, of a
limited size and depth."""

import json

import pytest

from core.http.handlers import ASGIApplication, WSGIApplication
from tests.support.envelope import refused

TOKEN = "/api/auth/token/"
GOOD = json.dumps({"username": "ada", "password": "x"}).encode()
MEBIBYTE = 1024 * 1024


def nested(depth):
    return b'{"username":' + b"[" * (depth - 1) + b"]" * (depth - 1) + b"}"


@pytest.fixture
def send(db, api):
    def post(body, content_type="application/json"):
        return api().generic("POST", TOKEN, body, content_type=content_type)

    return post


@pytest.mark.parametrize(
    "body",
    [
        b"{",
        b"{} {}",
        b"{'username': 1}",
        b'{"username": 1,}',
        b"username=ada",
        b"\xff\xfe",
        b"\xef\xbb\xbf{}",
        GOOD.decode().encode("utf-16"),
        b'{"username": NaN}',
        b'{"username": Infinity}',
        b'{"username": 1e400}',
        b'{"username": ' + b"9" * 5000 + b"}",
        rb'{"username": "\ud800"}',
        rb'{"\udfff": 1}',
        b'{"username": "\xed\xa0\x80"}',
        b'{"username": "a\0b"}',
        b"[" * 2000,
        b'{"a":' * 2000,
        nested(101),
        nested(950),
        nested(1010),
        b'{"a":' * 500 + b"1" + b"}" * 500,
        b"[" + b"[]," * 20_000 + b"[]]",
    ],
    ids=lambda body: ascii(body[:20]),
)
def test_invalid_json_is_a_400_that_says_what_is_wrong(send, body):
    error = refused(send(body), 400, "malformed_body")["error"]
    assert error.startswith("The body is not valid JSON: ")
    assert not error.endswith("..")


def test_a_hundred_levels_are_parsed_and_then_refused_as_a_wrong_type(send):
    refused(send(nested(100)), 400, "validation_error")


@pytest.mark.parametrize("brackets", [b"{}," * 5000 + b"{}", b"[]," * 19_997 + b"[]"])
def test_many_brackets_that_are_not_deep_are_parsed(send, brackets):
    refused(send(b'{"username": [' + brackets + b"]}"), 400, "validation_error")


@pytest.mark.parametrize("body", [b"null", b"[]", b'"text"', b"7", b"true", b"[{}]"])
def test_a_body_that_is_not_an_object_is_a_400_with_one_sentence(send, body):
    fields = refused(send(body), 400, "validation_error")["fields"]
    assert fields == {"non_field_errors": ["The body must be a JSON object."]}


def test_the_last_of_duplicate_keys_counts(send):
    twice = GOOD.replace(b"{", b'{"username": 7, ')
    refused(send(twice), 401, "wrong_credentials")


@pytest.mark.parametrize(
    "content_type",
    [
        "application/x-www-form-urlencoded",
        "multipart/form-data; boundary=x",
        "text/plain",
        "application/xml",
        "application/jsonp",
        "application/merge-patch+json",
        "json",
        "",
        ";",
        "\xff",
        "x" * 5000,
    ],
)
def test_another_media_type_is_a_415(send, content_type):
    refused(send(GOOD, content_type), 415, "unsupported_media_type")


@pytest.mark.parametrize(
    "content_type",
    [
        "application/json",
        "APPLICATION/JSON",
        "application/json ; charset=UTF-8",
        "application/json; charset=utf-16",
        "application/json; charset=rot13",
        "application/json; charset=undefined",
        "application/json; charset=no-such-thing",
        "application/json; charset=" + "x" * 5000,
        "application/json; charset=\xff",
        'application/json; charset="',
    ],
)
def test_json_is_utf_8_whatever_charset_the_header_claims(send, content_type):
    refused(send(GOOD, content_type), 401, "wrong_credentials")


def test_a_mebibyte_is_read_and_a_byte_more_is_a_413(send):
    assert send(GOOD.ljust(MEBIBYTE)).status_code == 401
    refused(send(GOOD.ljust(MEBIBYTE + 1)), 413, "body_too_large")


def test_a_missing_body_is_an_empty_object(send):
    assert set(refused(send(b""), 400, "validation_error")["fields"]) == {"username", "password"}


class TestRequestObjects:
    """The `Content-Type` is parsed while the request object is created, before any middleware."""

    INVALID = "application/json; charset*=bogus'en'%41"

    def wsgi(self, rf, content_type):
        environ = rf.get("/api/sessions/?search=%C3%A9").environ | {"CONTENT_TYPE": content_type}
        return WSGIApplication.request_class(environ)

    def asgi(self, async_rf, content_type):
        scope = async_rf.get("/api/sessions/?search=%C3%A9").scope
        scope["headers"] = [(b"content-type", content_type.encode())]
        return ASGIApplication.request_class(scope, None)

    @pytest.mark.parametrize("kind", ["wsgi", "asgi"])
    def test_an_invalid_content_type_counts_as_none(self, rf, async_rf, kind):
        make = {"wsgi": lambda: self.wsgi(rf, self.INVALID)}
        make["asgi"] = lambda: self.asgi(async_rf, self.INVALID)
        request = make[kind]()

        assert (request.content_type, request.META["CONTENT_TYPE"]) == ("", "")

    @pytest.mark.parametrize("charset", ["utf-16", "rot13", "undefined", "hex"])
    def test_a_charset_does_not_change_how_the_query_is_decoded(self, rf, async_rf, charset):
        content_type = f"application/json; charset={charset}"

        assert self.wsgi(rf, content_type).GET["search"] == "é"
        assert self.asgi(async_rf, content_type).GET["search"] == "é"
