"""`manage.py serve`, which is `make serve`: granian for REST, uvicorn for `/ws/`, and a
supervisor of both."""

from __future__ import annotations

import os
import signal
import socket
import sys

import pytest

from bench.load import load, totals
from tests.core.test_raw_http import GET, code_of, speak
from tests.support import redis_proxy
from tests.support.ambiguous import AMBIGUOUS, JSON, POST, refuses_and_closes
from tests.support.processes import are_gone, children, failed_start, is_open, part, tree
from tests.support.server import Server, free_port
from tests.support.sockets import hear, open_socket
from tests.support.waiting import until

SERVE = [sys.executable, "manage.py", "serve"]
QUIET = {"DEMO_DATA": "0", "REDIS_URL": "", "WEB_CONCURRENCY": "1", "DISABLE_THROTTLING": "1"}


@pytest.fixture(scope="module")
def served(tmp_path_factory):
    """A shared server, without Redis and with a database that isn't migrated yet."""
    with Server(tmp_path_factory.mktemp("serve"), QUIET, SERVE, as_shipped=True) as running:
        yield running


def test_it_migrates_serves_rest_and_static_files_and_says_that_push_needs_redis(
    served,
):
    admin = served.call("GET", "/admin/login/")
    style = admin.text.split('href="/static/')[1].split('"')[0]
    token = served.register("ada")

    assert served.call("GET", "/api/auth/me/", token).json()["username"] == "ada"
    assert served.call("GET", f"/static/{style}").headers["Content-Type"].startswith("text/css")
    assert served.call("GET", "/ws/").status_code == 426
    assert "/ws/ needs REDIS_URL; everything else works without it" in served.log
    assert sorted(children(served.process.pid).values()) == ["rest", "scheduler"]


# ── Requests that only a plain socket can send ───────────────────────────────────────────────


@pytest.mark.parametrize(
    ("line", "headers", "body", "expected"),
    [
        (b"GET /api/%ff/?a=%ff%fe", b"", b"", (404, "unknown_address")),
        (b"GET /" + b"a" * 60_000, b"", b"", (404, "unknown_address")),
        (b"BREW /api/auth/token/", b"", b"", (405, "method_not_allowed")),
        (GET, b"Cookie: \xff=;;;\r\n", b"", (401, "not_authenticated")),
        (GET, b"X: " + b"a" * 300_000 + b"\r\n", b"", (401, "not_authenticated")),
        (POST, b"Content-Length: 2\r\nContent-Type: \xff\r\n", b"{}", (415, None)),
        (POST, JSON + b"Expect: x\r\nContent-Length: 2\r\n", b"{}", (400, "validation_error")),
        (
            POST,
            JSON + b"Transfer-Encoding: chunked\r\nContent-Length: 0\r\n",
            b"2\r\n{}\r\n0\r\n\r\n",
            (411, "length_required"),
        ),
        (POST, JSON + b"Content-Length: 1048577\r\n", b" " * 1048577, (413, "body_too_large")),
        (POST, JSON + b"Content-Length: 99999999999\r\n", b"", (413, "body_too_large")),
        (GET, b"Host: evil.example\r\n", b"", (400, "bad_request")),
    ],
    ids=lambda value: ascii(value[:30]) if isinstance(value, bytes) else "",
)
def test_an_odd_request_is_refused_in_the_envelope(served, line, headers, body, expected):
    status, code = code_of(speak(served, line, headers, body))
    assert (status, code if expected[1] else None) == expected


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        (b"no header at all\r\n", 400),
        (JSON + b"Content-Length: 2\r\nContent-Length: 3\r\n", 400),
        (b"".join(b"X-%d: 1\r\n" % number for number in range(101)), 431),
    ],
)
def test_a_request_that_granian_refuses_itself_is_a_4xx_without_a_body(served, headers, status):
    assert speak(served, POST, headers)[::2] == (status, b"")


@pytest.mark.parametrize("ambiguous", AMBIGUOUS)
def test_an_ambiguous_length_ends_the_connection(served, ambiguous):
    refuses_and_closes(served, ambiguous)


def test_the_answer_to_head_has_no_body(served):
    status, headers, body = speak(served, b"HEAD /api/schema/")

    assert (status, body) == (200, b"")
    assert int(headers["content-length"]) > 100_000


def test_a_client_that_waits_for_100_continue_receives_it(served):
    with socket.create_connection(("127.0.0.1", served.port), timeout=20) as client:
        head = POST + b" HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 2\r\n"
        client.sendall(head + JSON + b"Expect: 100-continue\r\n\r\n")

        assert client.recv(100).startswith(b"HTTP/1.1 100 ")
        client.sendall(b"{}")
        assert client.recv(100).startswith(b"HTTP/1.1 400 ")


def test_an_aborted_upload_leaves_nothing_and_a_complete_one_is_served_unchanged(served):
    token = served.register("ines", "instructor")
    fields = {"title": "t", "description": "d", "max_participants": 5, "date": "2035-01-01T10:00Z"}
    session = served.call("POST", "/api/sessions/", token, json=fields).json()["id"]
    materials = f"/api/sessions/{session}/materials/"
    content = b"words and more words\n" * 20_000
    form = (
        b'--x\r\nContent-Disposition: form-data; name="type"\r\n\r\nfile\r\n'
        b'--x\r\nContent-Disposition: form-data; name="title"\r\n\r\nhi\r\n'
        b'--x\r\nContent-Disposition: form-data; name="file"; filename="a.txt"\r\n\r\n' + content
    )
    with socket.create_connection(("127.0.0.1", served.port), timeout=20) as client:
        client.sendall(
            f"POST {materials} HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer {token}\r\n"
            "Content-Type: multipart/form-data; boundary=x\r\n"
            f"Content-Length: {len(form) + 9}\r\n\r\n".encode()
            + form
        )
    until(lambda: "route='POST /api/sessions/<id:session_id>/materials/' status=400" in served.log)

    assert served.call("GET", materials, token).json() == []

    files = {"file": ("a.txt", content)}
    fields = {"type": "file", "title": "hi"}
    made = served.call("POST", materials, token, data=fields, files=files)
    assert served.call("GET", made.json()["file"].split(str(served.port))[1]).content == content


# ── How it and its parts end; each test has its own server, or stops the shared one ──────────


def test_a_worker_that_dies_is_replaced(served):
    rest = part(served, "rest")
    worker = next(iter(children(rest)))

    os.kill(worker, signal.SIGKILL)

    until(lambda: children(rest) and worker not in children(rest))
    served.wait_until_ready()


def test_sigterm_under_load_answers_accepted_requests_and_exits_with_0(served):
    clients = load(f"{served.base}/healthz", token="", connections=16, seconds=4)
    everything = tree(served.process.pid)
    until(lambda: sum(client.counts["200"] for client in clients) > 200)

    assert served.stop() == 0

    counts = totals(clients)
    # Refused when the server had stopped and the clients went on. granian closes idle connections
    # at once; behind the proxy nothing is lost (tests/containers/test_stopping.py).
    assert set(counts) <= {"200", "refused: nobody listens", "closed while idle"}
    assert are_gone(everything)


@pytest.mark.skipif(not redis_proxy.answers(), reason="needs Redis")
def test_with_redis_push_is_served_too_and_if_a_part_dies_all_end_with_an_error(tmp_path):
    ports = {"REDIS_URL": redis_proxy.URL, "PUSH_PORT": str(free_port())}
    with Server(tmp_path, QUIET | ports, SERVE) as server:
        push = Server(tmp_path, port=int(ports["PUSH_PORT"]))
        until(lambda: is_open(push.port))
        with open_socket(push, "bearer", server.register("ada")) as client:
            assert hear(client)["type"] == "ready"
        everything = tree(server.process.pid)

        os.kill(part(server, "rest"), signal.SIGKILL)

        assert server.process.wait(timeout=30) == 1
        assert "The part rest ended by itself" in server.log
        until(lambda: are_gone(everything))  # also its workers, which are orphaned


def test_ports_that_are_in_use_or_the_same_stop_the_start_with_a_sentence(tmp_path):
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = str(other.getsockname()[1])
        taken = failed_start("serve", tmp_path, **(QUIET | {"PORT": port}))
    ports = {"PORT": port, "PUSH_PORT": port, "REDIS_URL": "redis://localhost"}
    same = failed_start("serve", tmp_path, **(QUIET | ports))

    assert (taken.returncode, same.returncode) == (1, 1)
    assert f"Port {port} can't be listened on" in taken.stderr
    assert "PUSH_PORT and PORT must differ" in same.stderr
    assert "Traceback" not in taken.stderr + same.stderr
    assert not (tmp_path / "db.sqlite3").exists()
