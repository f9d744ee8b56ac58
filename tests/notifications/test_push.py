"""Live push from one process, in memory: what a socket is sent, and when it ends (contract N5)."""

from __future__ import annotations

import sys
import time
from contextlib import ExitStack
from datetime import timedelta

import pytest
from rest_framework_simplejwt.tokens import AccessToken

from tests.notifications.sockets import (
    act,
    answer_to_ping,
    close_code,
    hear,
    newest,
    open_socket,
    publish,
)
from tests.server import Server

PASSWORD = "a-good-password-26"
PONG = {"type": "pong"}


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    environment = {
        "DEMO_DATA": "0",
        "DISABLE_THROTTLING": "1",
        "REDIS_URL": "",
        "CORS_ALLOWED_ORIGINS": "https://app.example.org",
        "SOCKETS_PER_PERSON": "3",
        "SOCKET_CHECK_SECONDS": "3600",
        "REMINDER_LEAD_MINUTES": "600",
        "DJANGO_SETTINGS_MODULE": "config.settings",
    }
    command = [sys.executable, "-m", "tests.notifications.brisk_server"]
    with Server(tmp_path_factory.mktemp("push"), environment, command) as running:
        yield running
        assert "Traceback" not in running.log


@pytest.fixture(scope="module")
def ines(server):
    return server.register("ines", role="instructor")


@pytest.fixture(scope="module")
def sam(server):
    return server.register("sam")


def id_of(server, token):
    return server.call("GET", "/api/auth/me/", token).json()["id"]


def test_a_socket_is_answered_with_bearer_and_hears_first_whose_it_is(server, ines):
    with open_socket(server, "bearer", ines) as socket:
        assert socket.subprotocol == "bearer"
        assert hear(socket) == {"type": "ready", "user": id_of(server, ines)}


def test_a_booking_request_is_heard_within_a_second_as_rest_shows_it(server, ines, sam):
    session = publish(server, ines, booking_mode="request", subject="Maths", level="beginner")
    with open_socket(server, "bearer", ines) as socket:
        hear(socket)

        act(server, sam, session, "join")
        frame = hear(socket, seconds=1)

    assert frame == {"type": "notification", "data": newest(server, ines)}
    assert frame["data"]["type"] == "booking_request"


def test_each_of_a_persons_sockets_hears_all_in_order_and_nobody_else_does(server, ines, sam):
    session = publish(server, ines)
    acts = ["join", "leave"] * 5
    with (
        open_socket(server, "bearer", ines) as one,
        open_socket(server, "bearer", ines) as two,
        open_socket(server, "bearer", sam) as other,
    ):
        for socket in (one, two, other):
            hear(socket)

        for each in acts:
            act(server, sam, session, each)

        for socket in (one, two):
            heard = [hear(socket)["data"] for _ in acts]
            assert [each["id"] for each in heard] == sorted(each["id"] for each in heard)
            assert heard[-1] == newest(server, ines)
        assert answer_to_ping(other) == PONG


def test_a_reminder_of_the_clock_is_heard_too(server, ines):
    with open_socket(server, "bearer", ines) as socket:
        hear(socket)

        publish(
            server,
            ines,
            date=f"{time.strftime('%Y-%m-%dT%H:%M', time.gmtime(time.time() + 7200))}Z",
        )

        assert hear(socket)["data"]["type"] == "reminder"


@pytest.mark.parametrize(
    "subprotocols",
    [(), ("bearer",), ("bearer", "nonsense"), ("other",), ("bearer", "a.b.c", "more")],
    ids=lambda each: "+".join(each) or "none",
)
def test_without_a_good_token_it_is_closed(server, subprotocols):
    with open_socket(server, *subprotocols) as socket:
        assert close_code(socket) == 4401


def test_a_token_in_the_query_string_counts_for_nothing(server, ines):
    with open_socket(server, path=f"/ws/?token={ines}") as socket:
        assert close_code(socket) == 4401


def test_a_refresh_token_opens_nothing(server):
    credentials = {"username": "ines", "password": PASSWORD}
    pair = server.call("POST", "/api/auth/token/", json=credentials).json()

    with open_socket(server, "bearer", pair["refresh"]) as socket:
        assert close_code(socket) == 4401


def test_it_is_closed_when_its_token_expires(server, ines):
    token = AccessToken(ines)
    token.set_exp(lifetime=timedelta(seconds=2))
    with open_socket(server, "bearer", str(token)) as socket:
        assert hear(socket)["type"] == "ready"

        assert close_code(socket, seconds=4) == 4401


def test_a_new_password_closes_it_within_a_second_and_the_new_token_opens_one(server):
    old = server.register("uma")
    passwords = {"old_password": PASSWORD, "new_password": "another-password-27"}
    with open_socket(server, "bearer", old) as socket:
        hear(socket)

        new = server.call("POST", "/api/auth/password/change/", old, json=passwords).json()

        assert close_code(socket, seconds=1) == 4401
    with open_socket(server, "bearer", new["access"]) as socket:
        assert hear(socket)["type"] == "ready"


@pytest.mark.parametrize(
    ("origin", "first"),
    [
        (None, "ready"),
        ("https://app.example.org", "ready"),
        ("http://localhost:3000", "ready"),
        ("http://127.0.0.1:{port}", "ready"),
        ("https://evil.example.org", 4403),
        ("https://app.example.org.evil.com", 4403),
        ("null", 4403),
        ("http://[", 4403),
    ],
)
def test_a_foreign_page_is_refused(server, ines, origin, first):
    origin = origin and origin.format(port=server.port)

    with open_socket(server, "bearer", ines, origin=origin) as socket:
        assert (hear(socket)["type"] if first == "ready" else close_code(socket)) == first


def test_a_socket_to_another_address_is_closed(server, ines):
    with open_socket(server, "bearer", ines, path="/ws/other/") as socket:
        assert close_code(socket) == 4404


def test_one_more_than_a_person_may_have_is_closed_until_another_is(server, sam):
    with ExitStack() as stack:
        sockets = [stack.enter_context(open_socket(server, "bearer", sam)) for _ in range(3)]
        for each in sockets:
            hear(each)

        with open_socket(server, "bearer", sam) as one_more:
            assert close_code(one_more) == 4429

        assert [answer_to_ping(each) for each in sockets] == [PONG] * 3
    with open_socket(server, "bearer", sam) as later:
        assert hear(later)["type"] == "ready"


def test_a_frame_of_64_kib_passes_and_a_larger_one_closes(server, ines):
    with open_socket(server, "bearer", ines) as socket:
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
def test_whatever_else_a_client_sends_does_no_harm(server, ines, sent):
    with open_socket(server, "bearer", ines) as socket:
        hear(socket)

        socket.send(sent)

        assert answer_to_ping(socket) == PONG


def test_a_flood_holds_up_neither_others_nor_for_long_its_own_socket(server, ines, sam):
    session = publish(server, ines)
    with (
        open_socket(server, "bearer", sam) as flooding,
        open_socket(server, "bearer", ines) as listening,
    ):
        hear(flooding)
        hear(listening)

        for _ in range(5000):
            flooding.send("x" * 100)
        act(server, sam, session, "join")

        assert hear(listening, seconds=1)["type"] == "notification"
        assert answer_to_ping(flooding) == PONG


@pytest.mark.parametrize(
    ("sent", "code"),
    [
        (b"\x81\x05hello", 1002),  # not masked
        (b"\xff\xff\xff\xff\xff\xff\xff\xff", 1002),
        (b"\x81\x82\x00\x00\x00\x00\xff\xfe", 1007),  # text, but not UTF-8
    ],
)
def test_what_is_no_frame_at_all_closes_the_socket(server, ines, sent, code):
    with open_socket(server, "bearer", ines) as socket:
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
def test_what_is_no_handshake_is_told_in_the_envelope(server, method, headers):
    answer = server.call(method, "/ws/", headers=dict(headers))

    assert (answer.status_code, answer.json()["code"]) == (426, "upgrade_required")
    assert answer.headers["Upgrade"] == "websocket"
