"""How the fake Zoom may misbehave: what happens to a call instead of an answer, or after it."""

from __future__ import annotations

import json
from collections.abc import Callable
from contextlib import suppress
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from tests.zoom.fake_zoom_http import Call

Mood = Callable[["Call"], None]


def answers(
    status: int, body: dict[str, Any] | str = "", headers: dict[str, str] | None = None
) -> Mood:
    """It says this, whatever it was asked."""
    text = json.dumps(body) if isinstance(body, dict) else body

    def mood(call: Call) -> None:
        call.write(status, text.encode(), headers or {})

    return mood


def hangs(call: Call) -> None:
    """It takes the request, and says nothing."""
    call.zoom.closing.wait()


def cuts(call: Call) -> None:
    """It takes the request, and hangs up."""
    call.close_connection = True


def drips_headers(call: Call) -> None:
    """It sends its headers byte by byte, without end."""
    call.wfile.write(b"HTTP/1.1 200 OK\r\nX-Slow: ")
    drip(call)


def drips_body(call: Call) -> None:
    """It promises a body, and sends it byte by byte."""
    call.wfile.write(b"HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n")
    drip(call)


def breaks_off(call: Call) -> None:
    """It promises a body, sends half of it, and hangs up."""
    call.wfile.write(b'HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{"access_token": "hal')
    call.close_connection = True


def floods(call: Call) -> None:
    """It sends a body without end."""
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


def after(mood: Mood) -> Mood:
    """It does what it was asked, and only then misbehaves."""

    def obedient(call: Call) -> None:
        call.zoom.answer(call.recorded)
        mood(call)

    return obedient
