"""Unusual frames and handshakes that a client sends to `/ws/` (contract N5, C4)."""

from __future__ import annotations

import pytest

from tests.support.sockets import act, answer_to_ping, close_code, hear, open_socket, publish

PONG = {"type": "pong"}


def test_a_frame_of_64_kib_passes_and_a_larger_one_closes(push_site, ines):
    with open_socket(push_site, "bearer", ines) as socket:
        hear(socket)
        socket.send("x" * 65536)
        assert answer_to_ping(socket) == PONG

        socket.send("x" * 65537)

        assert close_code(socket) == 1009


@pytest.mark.parametrize(
    "sent",
    [
        "",
        "x",
        "{",
        "null",
        '{"type": "bye"}',
        '{"type": ["ping"]}',
        "[" * 60000,
        b"\x00\xff",
        '"\\ud800"',
    ],
    ids=range(9),
)
def test_any_other_frame_is_ignored(push_site, ines, sent):
    with open_socket(push_site, "bearer", ines) as socket:
        hear(socket)

        socket.send(sent)

        assert answer_to_ping(socket) == PONG


def test_a_flood_delays_neither_others_nor_its_own_socket_for_long(push_site, ines, sam):
    session = publish(push_site, ines)
    with (
        open_socket(push_site, "bearer", sam) as flooding,
        open_socket(push_site, "bearer", ines) as listening,
    ):
        hear(flooding)
        hear(listening)

        for _ in range(5000):
            flooding.send("x" * 100)
        act(push_site, sam, session, "join")

        assert hear(listening)["type"] == "notification"
        assert answer_to_ping(flooding) == PONG


@pytest.mark.parametrize(
    ("sent", "code"),
    [
        (b"\x81\x05hello", 1002),  # not masked
        (b"\xff\xff\xff\xff\xff\xff\xff\xff", 1002),
        (b"\x81\x82\x00\x00\x00\x00\xff\xfe", 1007),  # text, but not UTF-8
    ],
)
def test_an_invalid_frame_closes_the_socket(push_site, ines, sent, code):
    with open_socket(push_site, "bearer", ines) as socket:
        hear(socket)

        socket.socket.sendall(sent)

        assert close_code(socket) == code


HANDSHAKE = {
    "Connection": "Upgrade",
    "Upgrade": "websocket",
    "Sec-WebSocket-Key": "dGhlIHNhbXBsZSBub25jZQ==",
    "Sec-WebSocket-Version": "13",
}


@pytest.mark.parametrize(
    ("method", "headers"),
    [
        ("GET", {}),
        ("POST", {}),
        ("POST", HANDSHAKE),
        ("GET", HANDSHAKE | {"Sec-WebSocket-Key": "short"}),
        ("GET", HANDSHAKE | {"Sec-WebSocket-Version": "8"}),
        ("GET", HANDSHAKE | {"Sec-WebSocket-Protocol": "bearer, ("}),
    ],
)
def test_a_request_that_is_no_handshake_is_refused_in_the_envelope(push_site, method, headers):
    answer = push_site.call(method, "/ws/", headers=dict(headers))

    assert (answer.status_code, answer.json()["code"]) == (426, "upgrade_required")
    assert answer.headers["Upgrade"] == "websocket"
