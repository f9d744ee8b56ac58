"""Clients that send or read too slowly delay nobody, at uvicorn (`make run`; the push port behaves
the same) and at granian (`make serve`). uvicorn disconnects them at a deadline. granian does so
only while the head of a request is missing; the rest is up to the proxy in front of it
(tests/containers/test_slow_clients.py)."""

from __future__ import annotations

import itertools
import json
import os
import sys
from concurrent.futures import ThreadPoolExecutor
from types import SimpleNamespace

import pytest

from tests.materials.site import open_session
from tests.support.server import Server
from tests.support.slow_clients import (
    HEAD,
    UNFINISHED,
    answered_in,
    connected,
    drip,
    end_of,
    is_cut_off,
    stalled_reader,
)
from tests.support.waiting import until

MANY = 40
# One process with one thread: if it waited for one of these clients, it would serve nobody.
ENVIRONMENT = {
    "HEADER_SECONDS": "1",
    "BODY_SECONDS": "1",
    "STALL_SECONDS": "1",
    "WEB_CONCURRENCY": "1",
    "WEB_THREADS": "1",
    "DEMO_DATA": "0",
    "REDIS_URL": "",
    "EMBEDDED_SCHEDULER": "0",
    "DISABLE_THROTTLING": "1",
}
# All deadlines are one second; the rest is for a busy machine.
SOON = 5


def form(content: bytes) -> bytes:
    fields = (("type", "file"), ("title", "Trees"))
    parts = b"".join(
        f'--x\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'.encode()
        for name, value in fields
    )
    file = b'--x\r\nContent-Disposition: form-data; name="file"; filename="a.txt"\r\n\r\n'
    return parts + file + content + b"\r\n--x--\r\n"


def upload(path: str, token: str, length: int) -> bytes:
    return (
        f"POST {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer {token}\r\n"
        f"Content-Type: multipart/form-data; boundary=x\r\nContent-Length: {length}\r\n"
        "Connection: close\r\n\r\n"
    ).encode()


def pieces(whole: bytes, size: int) -> list[bytes]:
    return [whole[at : at + size] for at in range(0, len(whole), size)]


@pytest.fixture(scope="module", params=["run", "serve"])
def seen(request, tmp_path_factory):
    """How simultaneous slow clients of all kinds ended, and how long others waited meanwhile."""
    folder = tmp_path_factory.mktemp(request.param)
    # A limit of open files below the number of clients: a server raises it by itself.
    few_files = ["sh", "-c", 'ulimit -S -n 100 && exec "$@"', "sh"]
    command = [*few_files, sys.executable, "manage.py", request.param]
    with Server(folder, ENVIRONMENT, command) as server, ThreadPoolExecutor(MANY + 8) as pool:
        token, path = open_session(server)
        file = {"file": ("a.pdf", b"%PDF-1.7\n" + os.urandom(12 * 1024 * 1024))}
        made = server.call("POST", path, token, data={"title": "L", "type": "file"}, files=file)
        address = made.json()["file"].removeprefix(server.base)
        download = f"GET {address} HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n".encode()
        small = form(b"one word, and another\n" * 250)
        chunks, port = itertools.repeat(b" ", 100), server.port

        unfinished = [connected(port, UNFINISHED) for _ in range(MANY)]
        silent = [connected(port) for _ in range(MANY)]
        readers = [stalled_reader(port, download) for _ in range(MANY)]
        ends = {
            "dripped head": pool.submit(drip, port, HEAD + b"X: ", chunks, 0.1),
            "refused body": pool.submit(
                end_of, connected(port, HEAD.replace(b"1000", b"2000000") + b"\r\n{")
            ),
            "slow upload": pool.submit(
                drip, port, upload(path, token, len(small)), pieces(small, 500), 0.15
            ),
        }
        if request.param == "run":
            ends["dripped body"] = pool.submit(drip, port, UNFINISHED, chunks, 0.1)
            start = upload(path, token, len(small))
            ends["too slow upload"] = pool.submit(drip, port, start, pieces(small, 5), 0.1)
        meanwhile = [answered_in(port) for _ in range(5)]
        silent_ends = list(pool.map(end_of, silent))
        results = {name: future.result() for name, future in ends.items()}
        after = answered_in(port)
        unfinished_ends, reader_ends = [], []
        if request.param == "run":
            unfinished_ends = list(pool.map(end_of, unfinished))
            until(lambda: all(map(is_cut_off, readers)))
            reader_ends = list(pool.map(end_of, readers))
        for client in [*unfinished, *readers]:
            client.close()
        yield SimpleNamespace(
            meanwhile=meanwhile,
            unfinished=unfinished_ends,
            silent=silent_ends,
            readers=reader_ends,
            ends=results,
            after=after,
            log=server.log,
        )


# Deadlines that granian leaves to the proxy.
at_uvicorn = pytest.mark.parametrize("seen", ["run"], indirect=True)


def test_others_are_served_at_once(seen):
    assert sorted(seen.meanwhile)[2] < 0.5, "the median of five"
    assert seen.after < 0.5


@at_uvicorn
def test_an_incomplete_body_is_a_408_in_the_envelope_and_the_connection_is_closed(seen):
    for end in [*seen.unfinished, seen.ends["dripped body"]]:
        head, _, body = end.received.partition(b"\r\n\r\n")
        assert end.status == 408
        assert b"connection: close" in head.lower()
        assert json.loads(body)["code"] == "body_too_late"
        assert end.seconds < SOON
    assert seen.ends["dripped body"].seconds > 0.9, "not before the deadline"


def test_a_connection_without_a_complete_head_is_closed(seen):
    for end in [*seen.silent, seen.ends["dripped head"]]:
        assert end.status is None
        assert end.seconds < SOON


def test_the_rest_of_a_refused_body_has_a_deadline_too(seen):
    assert seen.ends["refused body"].status == 413
    assert seen.ends["refused body"].seconds < SOON


def test_a_slow_upload_is_accepted(seen):
    assert seen.ends["slow upload"].status == 201
    assert seen.ends["slow upload"].seconds > 1.2, "longer than a body of another type may take"


@at_uvicorn
def test_an_upload_that_is_too_slow_is_refused(seen):
    assert seen.ends["too slow upload"].status == 408


@at_uvicorn
def test_a_client_that_takes_nothing_of_its_answer_is_cut_off(seen):
    for end in seen.readers:
        assert len(end.received) < 12 * 1024 * 1024


def test_none_of_this_is_logged_as_an_error(seen):
    assert "Traceback" not in seen.log
    assert "[error" not in seen.log
