"""The proxy doesn't pass incomplete requests to a server, and ends them at its own deadlines."""

from __future__ import annotations

import json
from concurrent.futures import ThreadPoolExecutor

import pytest

from tests.materials.site import open_session
from tests.support import nginx
from tests.support.nginx import Nginx
from tests.support.server import Server, free_port
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

pytestmark = pytest.mark.skipif(not nginx.BINARY, reason="no nginx is installed")

MANY = 60
# In bytes: more than the buffers can hold.
LARGE = 12 * 1024 * 1024
SHORTER = {
    "client_header_timeout 10s": "client_header_timeout 1s",
    "client_body_timeout 30s": "client_body_timeout 1s",
    "send_timeout 30s": "send_timeout 1s",
}
SOON = 5


@pytest.fixture(scope="module")
def strict_proxy(tmp_path_factory, rest):
    folder = tmp_path_factory.mktemp("strict_proxy")
    media, push = rest.folder / "media", free_port()
    with Nginx(folder, "plain.conf", rest.port, push, media, replaced=SHORTER) as proxy:
        proxy.names.addresses = ["127.0.0.1"]
        yield proxy


def test_incomplete_requests_delay_nobody_and_end_at_the_proxys_deadlines(strict_proxy, rest):
    logged = rest.log.count("/api/auth/token/")
    clients = [connected(strict_proxy.port, UNFINISHED) for _ in range(MANY)]
    clients += [connected(strict_proxy.port) for _ in range(MANY)]

    others = [answered_in(strict_proxy.port) for _ in range(5)]
    with ThreadPoolExecutor(len(clients) + 1) as pool:
        dripped = pool.submit(drip, strict_proxy.port, HEAD + b"X: ", [b" "] * 100, 0.1)
        ends = list(pool.map(end_of, clients))

    assert sorted(others)[2] < 0.5, "the median"
    assert all(end.seconds < SOON for end in [*ends, dripped.result()])
    assert rest.log.count("/api/auth/token/") == logged
    lines = [json.loads(line) for line in strict_proxy.log.splitlines()]
    late = [line for line in lines if line["status"] == 408]
    assert {line["upstream"] for line in late} == {""}


def test_a_client_that_does_not_read_its_answer_is_disconnected(strict_proxy, rest):
    site = Server(rest.folder, port=strict_proxy.port)
    token, path = open_session(site)
    file = {"file": ("a.pdf", b"%PDF-1.7\n" + bytes(LARGE))}
    made = site.call("POST", path, token, data={"title": "L", "type": "file"}, files=file)
    address = made.json()["file"].removeprefix(site.base)
    request = f"GET {address} HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n".encode()

    client = stalled_reader(strict_proxy.port, request)

    assert until(lambda: is_cut_off(client))
    assert len(end_of(client).received) < LARGE
