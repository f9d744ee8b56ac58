"""A Redis that fails and recovers: a proxy on loopback in front of the real one."""

from __future__ import annotations

import contextlib
import os
import socket
import threading
from urllib.parse import urlsplit

import redis

REAL = os.environ.get("REDIS_URL") or "redis://localhost:6379"
# Each pytest worker has its own database, and so its own channel. Celery uses database 15.
DATABASE = 1 + int(os.environ.get("PYTEST_XDIST_WORKER", "gw0").removeprefix("gw")) % 14
URL = f"{REAL.rstrip('/')}/{DATABASE}"


def answers() -> bool:
    try:
        return bool(redis.Redis.from_url(REAL).ping())
    except redis.ConnectionError:
        return False


class RedisProxy:
    """`url` leads to the real Redis until `hang` or `cut` is called, and again after `mend`."""

    def __init__(self) -> None:
        self.real = redis.Redis.from_url(REAL, db=DATABASE)
        # Leases of a run that was killed would still count.
        for key in self.real.scan_iter("tutoring-sessions.sockets.*"):
            self.real.delete(key)
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.passing = threading.Event()
        self.passing.set()
        self.refusing = False
        self.open: set[socket.socket] = set()
        threading.Thread(target=self.accept, daemon=True).start()

    @property
    def url(self) -> str:
        return f"redis://127.0.0.1:{self.listener.getsockname()[1]}/{DATABASE}"

    def say(self, message: bytes) -> None:
        """Publish this message on the channel of frames."""
        self.real.publish(f"tutoring-sessions.{DATABASE}.push", message)

    def hang(self) -> None:
        """Forward nothing from now on, and leave every connection open."""
        self.passing.clear()

    def cut(self) -> None:
        """Close every connection, also new ones, as when Redis is stopped."""
        self.refusing = True
        for each in list(self.open):
            with contextlib.suppress(OSError):
                each.shutdown(socket.SHUT_RDWR)

    def mend(self) -> None:
        self.refusing = False
        self.passing.set()

    def accept(self) -> None:
        while True:
            client, _ = self.listener.accept()
            if self.refusing:
                client.close()
                continue
            address = urlsplit(REAL)
            server = socket.create_connection((address.hostname, address.port or 6379))
            self.open |= {client, server}
            for pair in ((client, server), (server, client)):
                threading.Thread(target=self.pump, args=pair, daemon=True).start()

    def pump(self, source: socket.socket, target: socket.socket) -> None:
        with contextlib.suppress(OSError), source, target:
            while data := source.recv(65536):
                self.passing.wait()
                target.sendall(data)
        self.open -= {source, target}
