"""A fake name server on loopback, in place of the container engine's."""

from __future__ import annotations

import socket
import struct
import threading


class NameServer:
    """Resolves every name to the addresses in `addresses`, with a TTL of one second."""

    def __init__(self) -> None:
        self.addresses: list[str] = []
        self.socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.socket.bind(("127.0.0.1", 0))
        self.port: int = self.socket.getsockname()[1]
        threading.Thread(target=self.serve, daemon=True).start()

    def serve(self) -> None:
        while True:
            query, client = self.socket.recvfrom(512)
            self.socket.sendto(self.answer(query), client)

    def answer(self, query: bytes) -> bytes:
        """Return the question, and an A record for each address (RFC 1035, section 4)."""
        question = query[12:]
        header = query[:2] + struct.pack(">HHHHH", 0x8180, 1, len(self.addresses), 0, 0)
        # A pointer to the question's name (byte 12), type A, class IN, TTL of 1 second, 4 bytes.
        record = struct.pack(">HHHIH", 0xC00C, 1, 1, 1, 4)
        return header + question + b"".join(record + socket.inet_aton(a) for a in self.addresses)
