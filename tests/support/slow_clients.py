"""Clients that send or read too slowly, each on a plain socket."""

from __future__ import annotations

import contextlib
import socket
import time
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

HEAD = (
    b"POST /api/auth/token/ HTTP/1.1\r\nHost: 127.0.0.1\r\n"
    b"Content-Type: application/json\r\nContent-Length: 1000\r\n"
)
GET = b"GET /healthz HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n"
UNFINISHED = HEAD + b"\r\n{"


@dataclass
class End:
    """How a connection ended.

    Attributes:
        received: all bytes that the server sent.
        seconds: how long it took.
    """

    received: bytes
    seconds: float

    @property
    def status(self) -> int | None:
        return int(self.received.split()[1]) if self.received else None


def connected(port: int, sent: bytes = b"") -> socket.socket:
    client = socket.create_connection(("127.0.0.1", port), timeout=60)
    client.sendall(sent)
    return client


def end_of(client: socket.socket) -> End:
    began = time.monotonic()
    return End(rest_of(client), time.monotonic() - began)


def rest_of(client: socket.socket) -> bytes:
    """Return everything received until the server closes or resets the connection."""
    received = b""
    client.settimeout(60)
    with client, contextlib.suppress(ConnectionResetError):
        while part := client.recv(65536):
            received += part
    return received


def drip(port: int, first: bytes, pieces: Iterable[bytes], pause: float) -> End:
    """Send the first bytes at once and then a piece after each pause, until there is an answer,
    the connection is closed, or no piece is left."""
    began, client = time.monotonic(), connected(port, first)
    client.settimeout(pause)
    for piece in pieces:
        try:
            received = client.recv(65536)
        except TimeoutError:  # as expected: there is no answer yet
            try:
                client.sendall(piece)
            except OSError:
                return End(b"", time.monotonic() - began)
        except ConnectionResetError:
            return End(b"", time.monotonic() - began)
        else:
            return End(received + rest_of(client), time.monotonic() - began)
    return End(rest_of(client), time.monotonic() - began)


def answered_in(port: int) -> float:
    """Return the seconds until an ordinary request is answered.

    Raises:
        AssertionError: the status isn't 200.
    """
    began = time.monotonic()
    end = end_of(connected(port, GET))
    assert end.status == 200, end.received
    return time.monotonic() - began


def stalled_reader(port: int, request: bytes) -> socket.socket:
    """Return a client that reads only the first bytes of its answer."""
    client = socket.socket()
    client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    client.settimeout(60)
    client.connect(("127.0.0.1", port))
    client.sendall(request)
    assert client.recv(12) == b"HTTP/1.1 200"
    return client


def is_cut_off(client: socket.socket) -> bool:
    """Whether the server's end of this connection is closed. The client itself may notice that only
    when it reads on, so this asks the system, which must be Linux."""
    try:
        server, own = client.getpeername()[1], client.getsockname()[1]
    except OSError:  # it was reset
        return True
    established = f":{server:04X} 0100007F:{own:04X} 01 "
    return established not in Path("/proc/net/tcp").read_text()
