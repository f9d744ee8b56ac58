"""How the fake Zoom can misbehave: functions that handle a call instead of its correct answer."""

from __future__ import annotations

import json
from collections.abc import Callable
from contextlib import suppress
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from tests.support.fake_zoom_http import Call

Behaviour = Callable[["Call"], None]


def answers(
    status: int, body: dict[str, Any] | str = "", headers: dict[str, str] | None = None
) -> Behaviour:
    """Return this answer to any request."""
    text = json.dumps(body) if isinstance(body, dict) else body

    def respond(call: Call) -> None:
        call.write(status, text.encode(), headers or {})

    return respond


def hangs(call: Call) -> None:
    """Accept the request, and never answer."""
    call.zoom.closing.wait()


def cuts(call: Call) -> None:
    """Accept the request, and close the connection without an answer."""
    call.close_connection = True


def drips_headers(call: Call) -> None:
    """Send headers byte by byte, without end."""
    call.wfile.write(b"HTTP/1.1 200 OK\r\nX-Slow: ")
    drip(call)


def drips_body(call: Call) -> None:
    """Announce a body, and send it byte by byte."""
    call.wfile.write(b"HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n")
    drip(call)


def breaks_off(call: Call) -> None:
    """Announce a body, send half of it, and close the connection."""
    call.wfile.write(b'HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{"access_token": "hal')
    call.close_connection = True


def floods(call: Call) -> None:
    """Send a body without end."""
    call.wfile.write(b"HTTP/1.1 200 OK\r\n\r\n")
    call.close_connection = True
    with suppress(OSError):
        while not call.zoom.closing.is_set():
            call.wfile.write(b" " * 65536)


def drip(call: Call) -> None:
    call.close_connection = True
    with suppress(OSError):
        while not call.zoom.closing.wait(0.02):
            call.wfile.write(b"x")


def after(behaviour: Behaviour) -> Behaviour:
    """Carry out the request, and misbehave only then."""

    def carry_out_first(call: Call) -> None:
        call.zoom.answer(call.recorded)
        behaviour(call)

    return carry_out_first
