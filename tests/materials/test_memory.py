"""A server needs little memory for many large files at once, and doesn't read bodies that are too
large (contract M3)."""

from __future__ import annotations

import os
import socket
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from tests.materials.site import open_session
from tests.support.server import Server

MEGABYTE = 1024 * 1024
AT_ONCE, SIZE = 6, 12

pytestmark = pytest.mark.skipif(
    not Path("/proc/self/status").exists(), reason="reads a process's memory from /proc"
)


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    quiet = {"DEMO_DATA": "0", "DISABLE_THROTTLING": "1", "EMBEDDED_SCHEDULER": "0"}
    with Server(tmp_path_factory.mktemp("materials"), quiet) as running:
        yield running


@pytest.fixture(scope="module")
def ines(server):
    """(her token, the path of her session's materials)."""
    return open_session(server)


def peak(server):
    """Return the peak memory of the server's process so far, in bytes."""
    status = Path(f"/proc/{server.process.pid}/status").read_text()
    return int(status.split("VmHWM:")[1].split()[0]) * 1024


def test_many_large_files_at_once_need_little_memory(server, ines):
    token, path = ines
    content = b"%PDF-1.7\n" + os.urandom(SIZE * MEGABYTE)

    def upload_and_download(number):
        file, form = {"file": ("a.pdf", content)}, {"title": "Large", "type": "file"}
        made = server.call("POST", path, token, data=form, files=file).json()
        address = made["file"].removeprefix(server.base)
        return server.call("GET", address).content == content

    before = peak(server)
    with ThreadPoolExecutor(AT_ONCE) as threads:
        assert list(threads.map(upload_and_download, range(AT_ONCE))) == [True] * AT_ONCE

    assert peak(server) - before < AT_ONCE * SIZE * MEGABYTE / 2


def test_a_body_that_is_too_large_is_answered_before_it_is_sent(server, ines):
    token, path = ines
    head = (
        f"POST {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer {token}\r\n"
        "Content-Type: multipart/form-data; boundary=x\r\nContent-Length: 999999999\r\n\r\n"
    )

    with socket.create_connection(("127.0.0.1", server.port), timeout=20) as connection:
        connection.sendall(head.encode())
        answer = connection.recv(65536)

    assert answer.startswith(b"HTTP/1.1 413 ")
