"""Live push between processes, through Redis: `make run` writes, `make push` tells
(contract N5)."""

from __future__ import annotations

import sqlite3
import statistics
import subprocess
import sys
import time

import pytest

from tests.notifications import redis_proxy
from tests.notifications.redis_proxy import RedisProxy
from tests.notifications.sockets import (
    act,
    answer_to_ping,
    close_code,
    hear,
    newest,
    open_socket,
    publish,
)
from tests.server import ROOT, Server, free_port

pytestmark = pytest.mark.skipif(not redis_proxy.answers(), reason="no Redis answers")


@pytest.fixture(scope="module")
def proxy():
    return RedisProxy()


@pytest.fixture(autouse=True)
def mended(proxy):
    yield
    proxy.mend()


@pytest.fixture(scope="module")
def rest(tmp_path_factory, proxy):
    """What `make run` serves, with Redis; here sockets look again every second."""
    environment = {
        "DEMO_DATA": "0",
        "THROTTLE_PERSON": "1000000/day",  # counted in Redis
        "EMBEDDED_SCHEDULER": "0",
        "REDIS_URL": proxy.url,
        "SOCKETS_PER_PERSON": "2",
        "SOCKET_CHECK_SECONDS": "1",
    }
    with Server(tmp_path_factory.mktemp("rest"), environment) as running:
        yield running
        assert "Traceback" not in running.log


@pytest.fixture(scope="module")
def push(rest):
    """What `make push` serves, on the same database; here they look again once an hour."""
    port = free_port()
    environment = rest.environment | {
        "PUSH_PORT": str(port),
        "DATABASE_URL": f"sqlite:///{rest.folder / 'db.sqlite3'}",
        "SOCKET_CHECK_SECONDS": "3600",
    }
    folder = rest.folder / str(port)
    folder.mkdir()
    command = [sys.executable, "manage.py", "push"]
    with Server(folder, environment, command, port=port) as running:
        yield running
        assert "Traceback" not in running.log


@pytest.fixture(scope="module")
def ines(rest):
    return rest.register("ines", role="instructor")


@pytest.fixture(scope="module")
def sam(rest):
    return rest.register("sam")


@pytest.fixture(scope="module")
def news(rest, ines, sam):
    """`news()`: something that Ines is told."""
    session = publish(rest, ines)

    def make():
        for action in ("join", "leave"):
            act(rest, sam, session, action)

    return make


def run(rest, code):
    """In a process of its own, which ends at once after it."""
    command = [sys.executable, "-c", f"import django; django.setup()\n{code}"]
    subprocess.run(command, cwd=ROOT, env=rest.settings, check=True)


def test_a_booking_request_is_heard_in_another_process_within_a_second_as_rest_shows_it(
    rest, push, ines, sam
):
    session = publish(rest, ines, booking_mode="request", subject="Maths", level="beginner")
    with open_socket(push, "bearer", ines) as socket:
        hear(socket)

        act(rest, sam, session, "join")
        frame = hear(socket, seconds=1)

    assert frame == {"type": "notification", "data": newest(rest, ines)}
    assert frame["data"]["type"] == "booking_request"


def test_a_socket_of_the_process_that_writes_hears_it_once(rest, ines, news):
    with open_socket(rest, "bearer", ines) as socket:
        hear(socket)

        news()

        assert [hear(socket)["data"]["id"] for _ in range(2)] == sorted(
            each["id"] for each in rest.call("GET", "/api/notifications/?limit=2", ines).json()
        )
        assert answer_to_ping(socket) == {"type": "pong"}


def test_a_deactivation_in_another_process_closes_the_socket_within_a_second(rest, push):
    token = rest.register("uma")
    with open_socket(push, "bearer", token) as socket:
        hear(socket)

        run(
            rest,
            "from accounts import models, services\n"
            "services.deactivate(models.User.objects.get(username='uma'))",
        )

        assert close_code(socket, seconds=1) == 4401


def test_an_end_of_the_account_that_nobody_told_of_is_found_out(rest):
    token = rest.register("tia")
    with open_socket(rest, "bearer", token) as socket:
        hear(socket)

        with sqlite3.connect(rest.folder / "db.sqlite3", timeout=20) as database:
            database.execute("UPDATE accounts_user SET is_active = 0 WHERE username = 'tia'")

        assert close_code(socket) == 4401


def test_a_persons_sockets_are_counted_in_all_processes_together(rest, push, sam):
    with open_socket(push, "bearer", sam) as one:
        assert hear(one)["type"] == "ready"
        with open_socket(rest, "bearer", sam) as two:
            assert hear(two)["type"] == "ready"
            for server in (rest, push):
                with open_socket(server, "bearer", sam) as three:
                    assert close_code(three) == 4429
        assert answer_to_ping(one) == {"type": "pong"}

    with open_socket(rest, "bearer", sam) as later:
        assert hear(later)["type"] == "ready"


def hear_again(socket, news, seconds=10):
    """The next frame after an outage; what was told meanwhile REST alone has."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        news()
        try:
            return hear(socket, seconds=0.2)
        except TimeoutError:
            continue
    raise AssertionError("Push did not resume.")


@pytest.mark.parametrize("outage", ["cut", "hang"])
def test_open_sockets_hear_again_by_themselves_after_an_outage(
    rest, push, ines, news, proxy, outage
):
    with open_socket(push, "bearer", ines) as socket:
        hear(socket)

        getattr(proxy, outage)()
        news()
        with pytest.raises(TimeoutError):
            hear(socket, seconds=1)
        told = newest(rest, ines)
        proxy.mend()

        # Said again, so that the client looks in REST for what it has missed.
        assert outage == "hang" or hear(socket)["type"] == "ready"
        assert hear_again(socket, news)["type"] == "notification"
        assert told["id"] < newest(rest, ines)["id"]


def test_what_else_comes_through_redis_ends_nothing(push, ines, news, proxy):
    with open_socket(push, "bearer", ines) as socket:
        hear(socket)

        for message in (b"garbage", b"", b"-1 {}", b"9999999999 {}"):
            proxy.say(message)

        assert hear_again(socket, news)["type"] == "notification"


def test_sockets_open_while_redis_is_down(push, sam, proxy):
    proxy.cut()

    with open_socket(push, "bearer", sam) as socket:
        assert hear(socket)["type"] == "ready"
        assert answer_to_ping(socket) == {"type": "pong"}


@pytest.mark.parametrize("outage", ["cut", "hang"])
def test_rest_goes_on_at_its_speed_while_redis_is_down(news, proxy, outage):
    def median():
        durations = []
        for _ in range(5):
            began = time.perf_counter()
            news()
            durations.append(time.perf_counter() - began)
        return statistics.median(durations)

    news()
    before = median()
    getattr(proxy, outage)()

    assert median() < 5 * before


def test_an_outage_is_in_the_log_but_rarely_and_a_token_never(push, rest, ines, proxy):
    proxy.cut()
    with open_socket(push, "bearer", ines) as socket:
        hear(socket)

    assert 1 <= push.log.count("Live push is down") <= 2
    for server in (push, rest):
        assert ines not in server.log


# Stands last: the server that all share is gone after it.
def test_a_push_server_that_stops_closes_its_sockets_and_ends_as_a_success(push, ines):
    with open_socket(push, "bearer", ines) as socket:
        hear(socket)

        assert push.stop() == 0

        assert close_code(socket) == 1012
