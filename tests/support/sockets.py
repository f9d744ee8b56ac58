"""WebSocket clients of real servers, and acts of which people are notified."""

from __future__ import annotations

import contextlib
import json
from datetime import UTC, datetime, timedelta
from typing import Any

from websockets.exceptions import ConnectionClosed
from websockets.sync.client import ClientConnection, connect
from websockets.typing import Subprotocol

from tests.support.server import Server

SECONDS = 10


def open_socket(server: Server, *subprotocols: str, path: str = "/ws/", **options: Any) -> Any:
    """`with open_socket(server, "bearer", token) as socket:`"""
    url = f"ws://127.0.0.1:{server.port}{path}"
    offered = [Subprotocol(each) for each in subprotocols]
    return connect(url, subprotocols=offered or None, compression=None, **options)


def hear(socket: ClientConnection, seconds: float = SECONDS) -> dict[str, Any]:
    """Return the next frame."""
    frame: dict[str, Any] = json.loads(socket.recv(seconds))
    return frame


def close_code(socket: ClientConnection, seconds: float = SECONDS) -> int:
    """Return the code with which the server closes the socket; frames before that are ignored."""
    with contextlib.suppress(ConnectionClosed):
        while True:
            socket.recv(seconds)
    assert socket.close_code is not None
    return socket.close_code


def answer_to_ping(socket: ClientConnection) -> dict[str, Any]:
    socket.send('{"type": "ping"}')
    return hear(socket)


def publish(server: Server, token: str, hours: int = 12, **fields: Any) -> int:
    """Publish a session that begins in this many hours, and return its id."""
    body = {
        "title": "Trees",
        "description": "By hand.",
        "date": (datetime.now(UTC) + timedelta(hours=hours)).isoformat(),
        "max_participants": 5,
    } | fields
    answer = server.call("POST", "/api/sessions/", token, json=body)
    assert answer.status_code == 201, answer.text
    number: int = answer.json()["id"]
    return number


def act(server: Server, token: str, session: int, action: str) -> None:
    answer = server.call("POST", f"/api/sessions/{session}/{action}/", token)
    assert answer.ok, answer.text


def newest(server: Server, token: str) -> dict[str, Any]:
    """Return the newest notification, as REST shows it."""
    shown: dict[str, Any] = server.call("GET", "/api/notifications/?limit=1", token).json()[0]
    return shown
