"""The client: a separate process that keeps some connections busy, and measures times.

It uses bare sockets and one `epoll` to need little processor time, which the tested server would
lack.
"""

from __future__ import annotations

import contextlib
import select
import socket
import time
from array import array
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import cycle

LONGEST_WAIT = 30
PIECE = 256 * 1024


@dataclass
class Load:
    """The result of a measurement.

    Attributes:
        seconds: from the first request to the last answer.
        latencies: for each answer, in seconds.
        statuses: the number of answers with each status; 0 stands for a broken connection.
        ran_out: whether the requests ran out before the time was over.
    """

    seconds: float = 0.0
    latencies: array[float] = field(default_factory=lambda: array("d"))
    statuses: Counter[int] = field(default_factory=Counter)
    ran_out: bool = False

    @property
    def good(self) -> int:
        return sum(count for status, count in self.statuses.items() if 200 <= status < 300)

    @property
    def errors(self) -> int:
        return self.statuses.total() - self.good

    def percentile(self, share: float) -> float:
        """In milliseconds."""
        ordered = sorted(self.latencies)
        return ordered[min(int(len(ordered) * share), len(ordered) - 1)] * 1000 if ordered else 0.0


class Connection:
    """One keep-alive connection with one request in progress."""

    def __init__(self, port: int) -> None:
        self.port = port
        self.connect()

    def connect(self) -> None:
        self.socket = socket.create_connection(("127.0.0.1", self.port), timeout=LONGEST_WAIT)
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

    def send(self, request: bytes) -> None:
        self.received, self.missing = b"", -1
        self.sent_at = time.perf_counter()
        self.socket.sendall(request)

    def receive(self) -> bool:
        """Receive available data. True if the answer is complete.

        Raises:
            ConnectionError: the server closed the connection in the middle of an answer.
        """
        piece = self.socket.recv(PIECE)
        if not piece:
            raise ConnectionResetError
        if self.missing < 0:
            self.received += piece
            end = self.received.find(b"\r\n\r\n")
            if end < 0:
                return False
            self.missing = self.length(end) - (len(self.received) - end - 4)
        else:
            self.missing -= len(piece)
        return self.missing <= 0

    def length(self, end: int) -> int:
        """Return the length of the body from its header, which is required."""
        head = self.received[:end].lower()
        _, found, rest = head.partition(b"\r\ncontent-length:")
        if b"\r\ntransfer-encoding:" in head:
            raise ValueError("The client reads answers with a Content-Length only.")
        return int(rest.partition(b"\r\n")[0]) if found else 0

    @property
    def status(self) -> int:
        return int(self.received[9:12])

    @property
    def closes(self) -> bool:
        return b"\r\nconnection: close" in self.received[:2000].lower()


def drive(
    port: int, requests: Sequence[bytes], *, seconds: float, connections: int, repeat: bool
) -> Load:
    """Send the requests in order over several connections, each as soon as the connection's last
    answer is complete.

    Args:
        repeat: whether to begin again after the last request; else each is sent once.
    """
    load = Load(ran_out=not requests)
    waiting = cycle(requests) if repeat else iter(requests)
    with contextlib.closing(select.epoll()) as poll, contextlib.ExitStack() as stack:
        opened: dict[int, Connection] = {}
        for _, request in zip(range(connections), waiting, strict=False):
            add(poll, opened, stack, Connection(port), request)
        started = time.perf_counter()
        until = started + seconds
        while opened:
            ready = poll.poll(LONGEST_WAIT)
            if not ready:
                load.statuses[0] += len(opened)
                break
            for number, _ in ready:
                step(poll, opened, number, waiting, until, load)
        load.seconds = time.perf_counter() - started
    return load


def add(
    poll: select.epoll,
    opened: dict[int, Connection],
    stack: contextlib.ExitStack,
    connection: Connection,
    request: bytes,
) -> None:
    stack.callback(lambda: connection.socket.close())
    opened[connection.socket.fileno()] = connection
    poll.register(connection.socket, select.EPOLLIN)
    connection.send(request)


def step(
    poll: select.epoll,
    opened: dict[int, Connection],
    number: int,
    waiting: Iterator[bytes],
    until: float,
    load: Load,
) -> None:
    """Receive data of this connection. If its answer is complete, send the next request."""
    connection = opened[number]
    broken = False
    try:
        if not connection.receive():
            return
    except OSError:
        broken = True
    now = time.perf_counter()
    load.statuses[0 if broken else connection.status] += 1
    if not broken:
        load.latencies.append(now - connection.sent_at)
    request = next(waiting, None) if now < until else None
    load.ran_out |= request is None and now < until
    if request is None or broken or connection.closes:
        poll.unregister(number)
        del opened[number]
        connection.socket.close()
    if request is not None:
        if connection.socket.fileno() < 0:
            connection.connect()
            opened[connection.socket.fileno()] = connection
            poll.register(connection.socket, select.EPOLLIN)
        connection.send(request)
