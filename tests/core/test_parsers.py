"""What a body may be (contract C4, C10): JSON in UTF-8, of a size and depth that nobody exceeds by
accident; the header may claim any charset."""

import json

import pytest

from core.http.handlers import ASGIApplication, WSGIApplication
from tests.core.envelope import refused

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
def test_what_is_no_json_is_a_400_that_says_what_is_wrong(send, body):
    error = refused(send(body), 400, "malformed_body")["error"]
    assert error.startswith("The body is not valid JSON: ")
    assert not error.endswith("..")


def test_a_hundred_levels_are_read_and_then_found_ill_typed(send):
    refused(send(nested(100)), 400, "validation_error")


@pytest.mark.parametrize("brackets", [b"{}," * 5000 + b"{}", b"[]," * 19_997 + b"[]"])
def test_many_brackets_that_are_not_deep_are_read(send, brackets):
    refused(send(b'{"username": [' + brackets + b"]}"), 400, "validation_error")


@pytest.mark.parametrize("body", [b"null", b"[]", b'"text"', b"7", b"true", b"[{}]"])
def test_what_is_no_object_is_a_400_in_one_sentence(send, body):
    fields = refused(send(body), 400, "validation_error")["fields"]
    assert fields == {"non_field_errors": ["The body must be a JSON object."]}


def test_of_a_key_that_comes_twice_the_last_counts(send):
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


def test_no_body_at_all_is_an_empty_object(send):
    assert set(refused(send(b""), 400, "validation_error")["fields"]) == {"username", "password"}


class TestRequestsAsServersMakeThem:
    """The `Content-Type` is read while the request is made, before any middleware."""

    UNREADABLE = "application/json; charset*=bogus'en'%41"

    def wsgi(self, rf, content_type):
        environ = rf.get("/api/sessions/?search=%C3%A9").environ | {"CONTENT_TYPE": content_type}
        return WSGIApplication.request_class(environ)

    def asgi(self, async_rf, content_type):
        scope = async_rf.get("/api/sessions/?search=%C3%A9").scope
        scope["headers"] = [(b"content-type", content_type.encode())]
        return ASGIApplication.request_class(scope, None)

    @pytest.mark.parametrize("kind", ["wsgi", "asgi"])
    def test_a_content_type_that_cannot_be_read_is_none(self, rf, async_rf, kind):
        make = {"wsgi": lambda: self.wsgi(rf, self.UNREADABLE)}
        make["asgi"] = lambda: self.asgi(async_rf, self.UNREADABLE)
        request = make[kind]()

        assert (request.content_type, request.META["CONTENT_TYPE"]) == ("", "")

    @pytest.mark.parametrize("charset", ["utf-16", "rot13", "undefined", "hex"])
    def test_a_charset_does_not_change_how_the_query_is_read(self, rf, async_rf, charset):
        content_type = f"application/json; charset={charset}"

        assert self.wsgi(rf, content_type).GET["search"] == "é"
        assert self.asgi(async_rf, content_type).GET["search"] == "é"
