"""Requests that only a raw socket can send, to a real server: the answer is an error in the
envelope, or the server's own 400 if it isn't HTTP at all; never a 5xx (contract C4)."""

from __future__ import annotations

import json
import os
import socket

import pytest

from tests.support.ambiguous import AMBIGUOUS, JSON, POST, conversation, refuses_and_closes
from tests.support.envelope import refused
from tests.support.server import Server
from tests.support.waiting import until

GET = b"GET /api/auth/me/"


def speak(served, line, headers=b"", body=b"", *, host=b"Host: 127.0.0.1\r\n"):
    """Send these bytes; return the answer's (status, headers, body)."""
    with socket.create_connection(("127.0.0.1", served.port), timeout=20) as connection:
        head = line + b" HTTP/1.1\r\n" + host + b"Connection: close\r\n" + headers + b"\r\n"
        connection.sendall(head + body)
        received = b""
        while part := connection.recv(65536):
            received += part
    head, _, body = received.partition(b"\r\n\r\n")
    start, *lines = head.decode("latin-1").split("\r\n")
    pairs = (each.split(": ", 1) for each in lines)
    return int(start.split()[1]), {name.lower(): value for name, value in pairs}, body


def code_of(answer):
    status, headers, body = answer
    assert headers["content-type"] == "application/json"
    assert headers["x-request-id"]
    start, end = body.index(b"{"), body.rindex(b"}") + 1  # it may come in chunks
    return status, json.loads(body[start:end])["code"]


@pytest.mark.parametrize(
    ("line", "headers", "expected"),
    [
        (b"GET /api/%zz/?a=%zz", b"", (404, "unknown_address")),
        (b"GET /api/%ff/?a=%ff%fe", b"", (404, "unknown_address")),
        (b"GET /api/%00/?%00=%00", b"", (404, "unknown_address")),
        (b"GET //", b"", (404, "unknown_address")),
        (b"GET //evil.example/api/sessions", b"", (404, "unknown_address")),
        (b"GET /api/../api/auth/me/", b"", (404, "unknown_address")),
        (b"GET nonsense", b"", (404, "unknown_address")),
        (b"OPTIONS *", b"", (404, "unknown_address")),
        (b"CONNECT 127.0.0.1:80", b"", (404, "unknown_address")),
        (b"GET /" + b"a" * 60_000, b"", (404, "unknown_address")),
        (b"BREW /api/auth/token/", b"", (405, "method_not_allowed")),
        (b"POST /healthz", b"Content-Length: 0\r\n", (405, "method_not_allowed")),
        (GET, b"Authorization: Bearer \xff\xfe\r\n", (401, "token_not_valid")),
        (GET, b"Cookie: \xff=;;;sessionid=\x01\r\n", (401, "not_authenticated")),
        (GET, b'Cookie: a="' + b"\\" * 60_000 + b'"\r\n', (401, "not_authenticated")),
        (GET, b"Origin: http://[\r\n", (401, "not_authenticated")),
        (GET, b"X-Forwarded-For: \xff,,,\r\n", (401, "not_authenticated")),
        (GET, b"Accept: \xff\r\nAccept-Language: \xff\r\n", (401, "not_authenticated")),
        (GET, b"".join(b"X-%d: 1\r\n" % number for number in range(400)), (401, None)),
        (POST, b"Content-Length: 0\r\nContent-Type: \xff\r\n", (400, "validation_error")),
    ],
    ids=lambda value: ascii(value[:40]) if isinstance(value, bytes) else "",
)
def test_an_odd_request_is_refused_in_the_envelope(served, line, headers, expected):
    status, code = code_of(speak(served, line, headers))
    assert (status, code if expected[1] else None) == expected


@pytest.mark.parametrize(
    "content_type",
    [
        b"application/json; charset*=bogus'en'%41",
        b"multipart/form-data; boundary*=bogus'en'%41",
        b"\xff\xfe",
        b"text/plain",
    ],
)
def test_an_invalid_content_type_is_a_415(served, content_type):
    headers = b"Content-Length: 2\r\nContent-Type: " + content_type + b"\r\n"
    assert code_of(speak(served, POST, headers, b"{}")) == (415, "unsupported_media_type")


@pytest.mark.parametrize("beside", [b"", b"Content-Length: 0\r\n", b"Content-Length: 2\r\n"])
def test_a_chunked_body_is_a_411_and_never_treated_as_empty(served, beside):
    headers = JSON + b"Transfer-Encoding: chunked\r\n" + beside
    answer = speak(served, POST, headers, b"2\r\n{}\r\n0\r\n\r\n")
    assert code_of(answer) == (411, "length_required")


def test_more_than_a_mebibyte_is_a_413(served):
    size = 1024 * 1024 + 1
    headers = JSON + b"Authorization: Bearer x\r\nContent-Length: %d\r\n" % size
    answer = speak(served, POST, headers, b" " * size)
    assert code_of(answer) == (413, "body_too_large")


def test_an_upload_without_a_token_is_a_413_before_it_is_sent(served):
    line = b"POST /api/sessions/1/materials/"
    headers = b"Content-Type: multipart/form-data; boundary=x\r\nContent-Length: 2000000\r\n"
    assert code_of(speak(served, line, headers)) == (413, "body_too_large")


@pytest.mark.parametrize("host", [b"evil.example", b"\xff", b"127.0.0.1/x"])
def test_a_foreign_host_is_a_400(served, host):
    answer = speak(served, GET, host=b"Host: " + host + b"\r\n")
    assert code_of(answer) == (400, "bad_request")


def test_a_foreign_host_is_logged_as_one_line_at_info(served):
    answer = speak(served, GET, b"X-Request-ID: from-elsewhere\r\n", host=b"Host: evil.example\r\n")

    line = until(lambda: [each for each in served.log.splitlines() if "from-elsewhere" in each])
    assert code_of(answer) == (400, "bad_request")
    assert len(line) == 1
    assert "[info" in line[0]
    assert "refused='unknown host'" in line[0]
    assert "Traceback" not in served.log
    assert "evil.example" not in served.log


HANDSHAKE = (
    b"Upgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"
    b"Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nX-Request-ID: handshake-elsewhere\r\n"
)


@pytest.mark.parametrize("path", [b"/ws/", b"/nowhere/"])
@pytest.mark.parametrize("host", [b"evil.example", b"\xff", b"127.0.0.1/x", b""])
def test_a_handshake_for_a_foreign_host_is_a_400_and_no_socket(served, path, host):
    head = b"GET %s HTTP/1.1\r\nHost: %s\r\n" % (path, host)

    answer = conversation(served, head + HANDSHAKE + b"\r\n")

    assert answer.startswith(b"HTTP/1.1 400 ")
    assert b"content-type: application/json" in answer.lower()
    assert b'"code":"bad_request"' in answer
    lines = [each for each in served.log.splitlines() if "handshake-elsewhere" in each]
    assert "[info" in lines[-1]
    assert "refused='unknown host'" in lines[-1]


def test_a_handshake_for_this_host_opens_a_socket(served):
    with socket.create_connection(("127.0.0.1", served.port), timeout=20) as client:
        client.sendall(b"GET /ws/ HTTP/1.1\r\nHost: localhost:80\r\n" + HANDSHAKE + b"\r\n")

        assert client.recv(12) == b"HTTP/1.1 101"


# ── An ambiguous body length closes the connection ───────────────────────────────────────────


@pytest.mark.parametrize("ambiguous", AMBIGUOUS)
def test_an_ambiguous_length_ends_the_connection(served, ambiguous):
    refuses_and_closes(served, ambiguous)


@pytest.mark.parametrize(
    ("line", "headers"),
    [
        (b"GET /api/sessions/?search=\xff", b""),
        ("GET /api/sessions/?search=é".encode(), b""),
        (b"GET /api/\xff/", b""),
        (b"F\xffO /api/", b""),
        (b"\x16\x03\x01", b""),
        (POST, JSON + b"Content-Length: -2\r\n"),
        (POST, JSON + b"Content-Length: x\r\n"),
        (POST, JSON + b"Content-Length: 2\r\nContent-Length: 3\r\n"),
        (GET, b"Host: evil.example\r\n"),
        (GET, b"no header at all\r\n"),
        (GET, b"X-Request-ID: a\x00b\r\n"),
        (GET, b"X-Request-ID: " + b" " * 60_000 + b"\x00\r\n"),
    ],
    ids=lambda value: ascii(value[:40]),
)
def test_invalid_http_is_a_400(served, line, headers):
    assert speak(served, line, headers)[0] == 400


def test_an_invalid_request_id_is_not_returned(served):
    _, headers, _ = speak(served, GET, b"X-Request-ID: \xff<script>\r\n")
    assert len(headers["x-request-id"]) == 32


def test_the_server_still_serves(served):
    assert served.call("GET", "/readyz").status_code == 200


def test_a_missing_database_is_a_503_that_says_when_to_try_again(tmp_path):
    with Server(tmp_path, {"DEMO_DATA": "0"}) as server:
        token = server.register("ada")
        os.rename(tmp_path / "db.sqlite3", tmp_path / "away")
        (tmp_path / "db.sqlite3").mkdir()  # a directory can't be opened as a database
        answers = [
            server.call("GET", "/api/sessions/", token),
            server.call("POST", "/api/auth/token/", json={"username": "ada", "password": "x"}),
        ]
        ready, alive = server.call("GET", "/readyz"), server.call("GET", "/healthz")

        for answer in answers:
            refused(answer, 503, "database_unavailable")
            assert int(answer.headers["Retry-After"]) > 0
        refused(ready, 503, "not_ready")
        assert alive.status_code == 200
        (tmp_path / "db.sqlite3").rmdir()
        os.rename(tmp_path / "away", tmp_path / "db.sqlite3")
        assert server.call("GET", "/api/sessions/", token).status_code == 200
