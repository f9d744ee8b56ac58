"""Requests whose body length is ambiguous: if a proxy and the server disagree about it, the rest of
the body is read as another client's request."""

from __future__ import annotations

import socket

from tests.support.server import Server

JSON = b"Content-Type: application/json\r\n"
POST = b"POST /api/auth/token/"
SECOND = b"GET /healthz HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n"
# Headers and bodies of a POST.
AMBIGUOUS = [
    b"Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
    b"Transfer-Encoding: chunked\r\nContent-Length: 5\r\n\r\n0\r\n\r\n",
    b"Transfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n0\r\n\r\n",
    b"Transfer-Encoding: chunked\r\n\r\n0x2\r\n{}\r\n0\r\n\r\n",
    b"Transfer-Encoding: chunked\r\n\r\n+2\r\n{}\r\n0\r\n\r\n",
    b'Transfer-Encoding: chunked\r\n\r\n2;a="\n"\r\n{}\r\n0\r\n\r\n',
    b"Transfer-Encoding: chunked\r\n\r\n2\n{}\n0\n\n",
    b"Transfer-Encoding: gzip, chunked\r\n\r\n2\r\n{}\r\n0\r\n\r\n",
    b"Transfer-Encoding: xchunked\r\n\r\n2\r\n{}\r\n0\r\n\r\n",
    b"Transfer-Encoding: identity\r\nContent-Length: 2\r\n\r\n{}",
    b"Transfer-Encoding : chunked\r\nContent-Length: 2\r\n\r\n{}",
    b"Content-Length: 2\r\nTransfer-Encoding:\r\n chunked\r\n\r\n{}",
    b"Content-Length: 2\r\nContent-Length: 3\r\n\r\n{}",
    b"Content-Length: 2, 3\r\n\r\n{}",
    b"Content-Length: 2 2\r\n\r\n{}",
    b"Content-Length: +2\r\n\r\n{}",
    b"Content-Length: -0\r\n\r\n",
    b"Content-Length: 0x2\r\n\r\n{}",
    b"Content-Length : 2\r\n\r\n{}",
    b"Content-Length:\r\n 2\r\n\r\n{}",
    b"X: a\r\n\tContent-Length: 2\r\n\r\n{}",
]


def conversation(served: Server, sent: bytes) -> bytes:
    """Send these bytes; return all that the server sends until it closes the connection."""
    with socket.create_connection(("127.0.0.1", served.port), timeout=20) as client:
        client.sendall(sent)
        received = b""
        while part := client.recv(65536):
            received += part
    return received


def refuses_and_closes(served: Server, ambiguous: bytes) -> None:
    """Assert that the request is refused, and the next one on the connection isn't answered."""
    head = POST + b" HTTP/1.1\r\nHost: 127.0.0.1\r\n" + JSON

    answer = conversation(served, head + ambiguous + SECOND)

    assert answer.count(b"HTTP/1.1 ") == 1
    assert int(answer.split()[1]) in {400, 411}
    assert b"connection: close" in answer.lower()
