"""A load generator that counts the requests that got no complete answer.

    python -m bench.load http://127.0.0.1:8000/api/sessions/ --token … --stop <process id>

`--stop` sends SIGTERM in the middle. A server must answer each request of a connection that it has
accepted: a connection that breaks before its first answer, or in the middle of one, counts as
dropped. A connection that closes between two requests was announced (`Connection: close`) or idle:
then the request is sent again on a new connection, as every HTTP client does.
"""

from __future__ import annotations

import argparse
import os
import signal
import socket
import sys
import threading
import time
from collections import Counter
from urllib.parse import urlsplit


class Client(threading.Thread):
    """A thread with one connection at a time, which sends one request after the other."""

    def __init__(self, url: str, token: str, until: float) -> None:
        super().__init__(daemon=True)
        parts = urlsplit(url)
        self.address = (parts.hostname, parts.port or 80)
        authorization = f"Authorization: Bearer {token}\r\n" if token else ""
        target = parts.path + (f"?{parts.query}" if parts.query else "")
        self.request = (
            f"GET {target} HTTP/1.1\r\nHost: {parts.netloc}\r\n{authorization}\r\n".encode()
        )
        self.until = until
        self.counts: Counter[str] = Counter()

    def run(self) -> None:
        while time.monotonic() < self.until:
            try:
                connection = socket.create_connection(self.address, timeout=60)
            except (ConnectionRefusedError, ConnectionResetError):
                self.counts["refused: nobody listens"] += 1
                time.sleep(0.05)
                continue
            with connection:
                self.use(connection)

    def use(self, connection: socket.socket) -> None:
        """Send requests until the connection or the time ends."""
        answered = False
        while time.monotonic() < self.until:
            self.received = b""
            try:
                connection.sendall(self.request)
                head = self.read_answer(connection)
            except OSError:
                was_idle = answered and not self.received
                self.counts["closed while idle" if was_idle else "DROPPED"] += 1
                return
            answered = True
            self.counts[head.split()[1].decode()] += 1
            if b"\r\nconnection: close" in head:
                return

    def read_answer(self, connection: socket.socket) -> bytes:
        """Receive a whole answer. Return its status line and headers in lower case."""
        while b"\r\n\r\n" not in self.received:
            self.receive(connection)
        head = self.received.partition(b"\r\n\r\n")[0].lower()
        length = int(head.split(b"\r\ncontent-length:")[1].split(b"\r\n")[0])
        while len(self.received) < len(head) + 4 + length:
            self.receive(connection)
        return head

    def receive(self, connection: socket.socket) -> None:
        part = connection.recv(65536)
        if not part:
            raise ConnectionError("The server closed the connection.")
        self.received += part


def load(url: str, *, token: str, connections: int, seconds: float) -> list[Client]:
    """Start the clients, which run for this many seconds."""
    until = time.monotonic() + seconds
    clients = [Client(url, token, until) for _ in range(connections)]
    for client in clients:
        client.start()
    return clients


def totals(clients: list[Client]) -> Counter[str]:
    """Wait for all clients. Return the number of requests with each outcome."""
    for client in clients:
        client.join()
    return sum((client.counts for client in clients), Counter())


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    parser.add_argument("url")
    parser.add_argument("--token", default="")
    parser.add_argument("--connections", type=int, default=32)
    parser.add_argument("--seconds", type=float, default=60)
    parser.add_argument("--stop", type=int, help="id of the process that gets SIGTERM")
    parser.add_argument("--after", type=float, default=30, help="seconds until the SIGTERM")
    options = parser.parse_args()
    clients = load(
        options.url,
        token=options.token,
        connections=options.connections,
        seconds=options.seconds,
    )
    if options.stop:
        time.sleep(options.after)
        os.kill(options.stop, signal.SIGTERM)
    counts = totals(clients)
    for outcome, count in sorted(counts.items()):
        print(f"{count:8} {outcome}")
    failed = counts["DROPPED"] or any(key.startswith("5") for key in counts)
    sys.exit(1 if failed else 0)


if __name__ == "__main__":
    main()
