"""Live push within one process: what a socket receives, and when it is closed (contract N5)."""

from __future__ import annotations

from contextlib import ExitStack
from datetime import timedelta

import pytest
from rest_framework_simplejwt.tokens import AccessToken

from tests.support.sockets import (
    act,
    answer_to_ping,
    close_code,
    hear,
    newest,
    open_socket,
    publish,
)

PASSWORD = "a-good-password-26"
PONG = {"type": "pong"}


def id_of(push_site, token):
    return push_site.call("GET", "/api/auth/me/", token).json()["id"]


def test_a_socket_gets_the_subprotocol_bearer_and_first_the_id_of_its_user(push_site, ines):
    with open_socket(push_site, "bearer", ines) as socket:
        assert socket.subprotocol == "bearer"
        assert hear(socket) == {"type": "ready", "user": id_of(push_site, ines)}


def test_a_booking_request_is_pushed_within_a_second_as_rest_shows_it(push_site, ines, sam):
    session = publish(push_site, ines, booking_mode="request", subject="Maths", level="beginner")
    with open_socket(push_site, "bearer", ines) as socket:
        hear(socket)

        act(push_site, sam, session, "join")
        frame = hear(socket, seconds=1)

    assert frame == {"type": "notification", "data": newest(push_site, ines)}
    assert frame["data"]["type"] == "booking_request"


def test_each_socket_of_a_person_receives_everything_in_order_and_nobody_elses_does(
    push_site, ines, sam
):
    session = publish(push_site, ines)
    actions = ["join", "leave"] * 5
    with (
        open_socket(push_site, "bearer", ines) as one,
        open_socket(push_site, "bearer", ines) as two,
        open_socket(push_site, "bearer", sam) as other,
    ):
        for socket in (one, two, other):
            hear(socket)

        for each in actions:
            act(push_site, sam, session, each)

        for socket in (one, two):
            received = [hear(socket)["data"] for _ in actions]
            assert [each["id"] for each in received] == sorted(each["id"] for each in received)
            assert received[-1] == newest(push_site, ines)
        assert answer_to_ping(other) == PONG


def test_a_reminder_by_the_scheduler_is_pushed_too(push_site, ines):
    with open_socket(push_site, "bearer", ines) as socket:
        hear(socket)

        publish(push_site, ines, hours=2)

        assert hear(socket)["data"]["type"] == "reminder"


@pytest.mark.parametrize(
    "subprotocols",
    [(), ("bearer",), ("bearer", "nonsense"), ("other",), ("bearer", "a.b.c", "more")],
    ids=lambda each: "+".join(each) or "none",
)
def test_a_socket_without_a_valid_token_is_closed(push_site, subprotocols):
    with open_socket(push_site, *subprotocols) as socket:
        assert close_code(socket) == 4401


def test_a_token_in_the_query_string_is_ignored(push_site, ines):
    with open_socket(push_site, path=f"/ws/?token={ines}") as socket:
        assert close_code(socket) == 4401


def test_a_refresh_token_opens_no_socket(push_site):
    credentials = {"username": "ines", "password": PASSWORD}
    pair = push_site.call("POST", "/api/auth/token/", json=credentials).json()

    with open_socket(push_site, "bearer", pair["refresh"]) as socket:
        assert close_code(socket) == 4401


def test_a_socket_is_closed_when_its_token_expires(push_site, ines):
    token = AccessToken(ines)
    token.set_exp(lifetime=timedelta(seconds=2))
    with open_socket(push_site, "bearer", str(token)) as socket:
        assert hear(socket)["type"] == "ready"

        assert close_code(socket, seconds=4) == 4401


def test_a_new_password_closes_the_socket_within_a_second_and_the_new_token_opens_one(push_site):
    old = push_site.register("uma")
    passwords = {"old_password": PASSWORD, "new_password": "another-password-27"}
    with open_socket(push_site, "bearer", old) as socket:
        hear(socket)

        new = push_site.call("POST", "/api/auth/password/change/", old, json=passwords).json()

        assert close_code(socket, seconds=1) == 4401
    with open_socket(push_site, "bearer", new["access"]) as socket:
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
def test_a_page_of_another_origin_is_refused(push_site, ines, origin, first):
    origin = origin and origin.format(port=push_site.port)

    with open_socket(push_site, "bearer", ines, origin=origin) as socket:
        assert (hear(socket)["type"] if first == "ready" else close_code(socket)) == first


def test_a_socket_to_another_address_is_closed(push_site, ines):
    with open_socket(push_site, "bearer", ines, path="/ws/other/") as socket:
        assert close_code(socket) == 4404


def test_a_socket_over_the_limit_is_closed_until_another_one_is(push_site, sam):
    with ExitStack() as stack:
        sockets = [stack.enter_context(open_socket(push_site, "bearer", sam)) for _ in range(3)]
        for each in sockets:
            hear(each)

        with open_socket(push_site, "bearer", sam) as one_more:
            assert close_code(one_more) == 4429

        assert [answer_to_ping(each) for each in sockets] == [PONG] * 3
    with open_socket(push_site, "bearer", sam) as later:
        assert hear(later)["type"] == "ready"
