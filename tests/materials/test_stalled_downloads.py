"""Clients that read a file slowly, or not at all, don't use up the database connections."""

from __future__ import annotations

import os
import socket
from contextlib import ExitStack

import pytest

from tests.materials.site import open_session
from tests.support.databases import fresh_postgres
from tests.support.server import Server

# More clients than the pool has connections, and more bytes than the buffers can hold.
STALLED, SIZE = 25, 12 * 1024 * 1024

pytestmark = pytest.mark.postgres


def stall(server, address):
    """Request a file, and read only its first bytes."""
    client = socket.socket()
    client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    client.settimeout(20)
    client.connect(("127.0.0.1", server.port))
    client.sendall(f"GET {address} HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n".encode())
    assert client.recv(12) == b"HTTP/1.1 200"
    return client


def test_stalled_downloads_hold_no_connection_to_the_database(tmp_path):
    quiet = {"DEMO_DATA": "0", "DISABLE_THROTTLING": "1", "EMBEDDED_SCHEDULER": "0"}
    with (
        fresh_postgres() as url,
        Server(tmp_path, quiet | {"DATABASE_URL": url}) as server,
        ExitStack() as clients,
    ):
        token, path = open_session(server)
        file = {"file": ("a.pdf", b"%PDF-1.7\n" + os.urandom(SIZE))}
        made = server.call("POST", path, token, data={"title": "L", "type": "file"}, files=file)
        address = made.json()["file"].removeprefix(server.base)
        for _ in range(STALLED):
            clients.enter_context(stall(server, address))

        assert server.call("GET", "/api/auth/me/", token).status_code == 200
