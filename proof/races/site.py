"""The servers, their database, and the users."""

from __future__ import annotations

import json
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from http.client import HTTPResponse
from typing import Any

from bench.databases import create, drop, migrate
from bench.servers import serving

PASSWORD = "learn-together-26"
SECONDS = 30


@dataclass(frozen=True, slots=True)
class Person:
    """A user and their token."""

    id: int
    token: str


class Site:
    """`manage.py serve` on a fresh PostgreSQL database, with one persistent connection for each
    thread."""

    def __init__(self, port: int, url: str) -> None:
        self.port, self.url = port, url
        self.kept = threading.local()

    def call(
        self, method: str, path: str, by: Person | None = None, body: Any = None
    ) -> tuple[int, Any]:
        """Return (status, body) of the answer; the body is None if there is none."""
        text = json.dumps(body or {}).encode()
        head = [
            f"{method} {path} HTTP/1.1",
            "Host: 127.0.0.1",
            "Content-Type: application/json",
            f"Content-Length: {len(text)}",
            *([f"Authorization: Bearer {by.token}"] if by else []),
        ]
        kept = self.connection()
        # In one piece: a server may close a connection whose body comes after its answer.
        kept.sendall("\r\n".join(head).encode() + b"\r\n\r\n" + text)
        answer = HTTPResponse(kept, method=method)
        answer.begin()
        content = answer.read()
        if answer.will_close:
            kept.close()
            self.kept.socket = None
        return answer.status, json.loads(content) if content else None

    def connection(self) -> socket.socket:
        """Return this thread's connection."""
        if getattr(self.kept, "socket", None) is None:
            self.kept.socket = socket.create_connection(("127.0.0.1", self.port), timeout=SECONDS)
            self.kept.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        kept: socket.socket = self.kept.socket
        return kept

    def register(self, name: str, role: str = "student") -> Person:
        body = {"username": name, "email": f"{name}@example.com", "password": PASSWORD}
        status, made = self.call("POST", "/api/auth/register/", body=body | {"role": role})
        if status != 201:
            raise SystemExit(f"{name} could not register: {status} {made}")
        return Person(made["user"]["id"], made["access"])


@contextmanager
def fresh_site(url: str, *, processes: int) -> Iterator[Site]:
    """Run the site on a database created at this URL, and drop it at the end."""
    drop(url)
    create(url)
    try:
        migrate(url)
        with serving("product", url, processes=processes) as server:
            yield Site(server.port, url)
    finally:
        drop(url)
