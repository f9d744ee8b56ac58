"""Live push between processes, through Redis: `make run` writes, `make push` pushes
(contract N5)."""

from __future__ import annotations

import sqlite3
import statistics
import subprocess
import sys
import time

import pytest

from tests.support import redis_proxy
from tests.support.redis_proxy import RedisProxy
from tests.support.server import ROOT, Server, free_port
from tests.support.sockets import (
    act,
    answer_to_ping,
    close_code,
    hear,
    newest,
    open_socket,
    publish,
)

pytestmark = pytest.mark.skipif(not redis_proxy.answers(), reason="needs Redis")


@pytest.fixture(scope="module")
def proxy():
    return RedisProxy()


@pytest.fixture(autouse=True)
def mended(proxy):
    yield
    proxy.mend()


@pytest.fixture(scope="module")
def rest(tmp_path_factory, proxy):
    """`make run` with Redis; its sockets check their accounts in the database every second."""
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
    """`make push` on the same database; its sockets check their accounts once an hour."""
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
def notify_ines(rest, ines, sam):
    """`notify_ines()`: do something of which Ines is notified, twice."""
    session = publish(rest, ines)

    def make():
        for action in ("join", "leave"):
            act(rest, sam, session, action)

    return make


def run(rest, code):
    """Run this code in a separate process, which ends immediately afterwards."""
    command = [sys.executable, "-c", f"import django; django.setup()\n{code}"]
    subprocess.run(command, cwd=ROOT, env=rest.settings, check=True)


def test_a_booking_request_is_pushed_by_another_process_within_a_second_as_rest_shows_it(
    rest, push, ines, sam
):
    session = publish(rest, ines, booking_mode="request", subject="Maths", level="beginner")
    with open_socket(push, "bearer", ines) as socket:
        hear(socket)

        act(rest, sam, session, "join")
        frame = hear(socket, seconds=1)

    assert frame == {"type": "notification", "data": newest(rest, ines)}
    assert frame["data"]["type"] == "booking_request"


def test_a_socket_of_the_writing_process_receives_each_frame_once(rest, ines, notify_ines):
    with open_socket(rest, "bearer", ines) as socket:
        hear(socket)

        notify_ines()

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


def test_a_deactivation_without_a_message_is_found_by_the_periodic_check(rest):
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


def hear_after_outage(socket, notify_ines, seconds=10):
    """Return the first frame after an outage. Notifications made meanwhile are in REST only."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        notify_ines()
        try:
            return hear(socket, seconds=0.2)
        except TimeoutError:
            continue
    raise AssertionError("Push did not resume.")


@pytest.mark.parametrize("outage", ["cut", "hang"])
def test_open_sockets_receive_frames_again_after_an_outage(
    rest, push, ines, notify_ines, proxy, outage
):
    with open_socket(push, "bearer", ines) as socket:
        hear(socket)

        getattr(proxy, outage)()
        notify_ines()
        with pytest.raises(TimeoutError):
            hear(socket, seconds=1)
        missed = newest(rest, ines)
        proxy.mend()

        # Sent again, so that the client fetches from REST what it has missed.
        assert outage == "hang" or hear(socket)["type"] == "ready"
        assert hear_after_outage(socket, notify_ines)["type"] == "notification"
        assert missed["id"] < newest(rest, ines)["id"]


def test_invalid_messages_in_redis_are_ignored(push, ines, notify_ines, proxy):
    with open_socket(push, "bearer", ines) as socket:
        hear(socket)

        for message in (b"garbage", b"", b"-1 {}", b"9999999999 {}"):
            proxy.say(message)

        assert hear_after_outage(socket, notify_ines)["type"] == "notification"


def test_a_socket_can_be_opened_while_redis_is_down(push, sam, proxy):
    proxy.cut()

    with open_socket(push, "bearer", sam) as socket:
        assert hear(socket)["type"] == "ready"
        assert answer_to_ping(socket) == {"type": "pong"}


@pytest.mark.parametrize("outage", ["cut", "hang"])
def test_rest_stays_fast_while_redis_is_down(notify_ines, proxy, outage):
    def median():
        durations = []
        for _ in range(5):
            began = time.perf_counter()
            notify_ines()
            durations.append(time.perf_counter() - began)
        return statistics.median(durations)

    notify_ines()
    before = median()
    getattr(proxy, outage)()

    assert median() < 5 * before


def test_an_outage_is_logged_but_rarely_and_a_token_never(push, rest, ines, proxy):
    proxy.cut()
    with open_socket(push, "bearer", ines) as socket:
        hear(socket)

    assert 1 <= push.log.count("Live push is down") <= 2
    for server in (push, rest):
        assert ines not in server.log


# Must be last: it stops the shared server.
def test_a_push_server_that_stops_closes_its_sockets_and_exits_with_0(push, ines):
    with open_socket(push, "bearer", ines) as socket:
        hear(socket)

        assert push.stop() == 0

        assert close_code(socket) == 1012
