"""Two production servers, a Celery worker and beat, on one PostgreSQL and one Redis: what is done
at one server takes effect at both (`docs/serving.md`)."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass

import pytest
import redis

from bench.load import load, totals
from tests.operations.test_serve import SERVE
from tests.support import redis_proxy
from tests.support.databases import fresh_postgres
from tests.support.processes import is_open, tree
from tests.support.server import ROOT, Server, free_port
from tests.support.sockets import act, hear, newest, open_socket, publish
from tests.support.waiting import until

pytestmark = [
    pytest.mark.postgres,
    pytest.mark.skipif(not redis_proxy.answers(), reason="needs Redis"),
]
RESETS = 4


@dataclass
class Site:
    """Two servers on one database, and where each serves `/ws/`."""

    servers: list[Server]
    sockets: list[Server]
    url: str


def forget_earlier_runs() -> None:
    client = redis.Redis.from_url(redis_proxy.URL)
    for pattern in ("tutoring-sessions.*", "celery*", "_kombu*", "unacked*"):
        for key in client.scan_iter(pattern):
            client.delete(key)


@contextmanager
def celery(url, folder, *options):
    """A worker, or beat."""
    environment = os.environ | {
        "DATABASE_URL": url,
        "REDIS_URL": redis_proxy.URL,
        "C_FORCE_ROOT": "1",
    }
    command = [sys.executable, "-m", "celery", "-A", "config.celery", *options]
    with (folder / f"{options[0]}.log").open("w") as log:
        process = subprocess.Popen(command, cwd=ROOT, env=environment, stdout=log, stderr=log)
        try:
            yield
        finally:
            process.terminate()
            process.wait(timeout=30)


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    forget_earlier_runs()
    with ExitStack() as stack:
        url = stack.enter_context(fresh_postgres())
        servers, sockets = [], []
        for name in ("one", "two"):
            folder = tmp_path_factory.mktemp(name)
            environment = {
                "DATABASE_URL": url,
                "REDIS_URL": redis_proxy.URL,
                "PUSH_PORT": str(free_port()),
                "WEB_CONCURRENCY": "1",
                "DEMO_DATA": "0",
                "ROTATE_REFRESH_TOKENS": "1",
                "THROTTLE_PASSWORD_RESET": f"{RESETS}/day",
                "THROTTLE_ANONYMOUS": "1000000/day",
                "THROTTLE_PERSON": "1000000/day",
            }
            servers.append(stack.enter_context(Server(folder, environment, SERVE)))
            sockets.append(Server(folder, port=int(environment["PUSH_PORT"])))
        folder = servers[0].folder
        stack.enter_context(celery(url, folder, "worker", "--pool", "solo"))
        stack.enter_context(celery(url, folder, "beat", "--schedule", str(folder / "beat")))
        until(lambda: all(is_open(each.port) for each in sockets))
        yield Site(servers, sockets, url)


def test_an_act_at_one_server_is_pushed_to_a_socket_at_the_other(site):
    one, two = site.servers
    ines, sam = one.register("ines", "instructor"), two.register("sam")
    session = publish(one, ines, hours=100)
    with open_socket(site.sockets[1], "bearer", ines) as socket:
        assert hear(socket)["type"] == "ready"

        act(one, sam, session, "join")

        assert hear(socket) == {"type": "notification", "data": newest(two, ines)}


def test_a_token_that_was_used_or_ended_at_one_server_is_refused_at_the_other(site):
    one, two = site.servers
    who = {"username": "uma", "password": "a-good-password-26"}
    access = one.register("uma")
    refresh = two.call("POST", "/api/auth/token/", json=who).json()["refresh"]

    def renew(server, refresh):
        return server.call("POST", "/api/auth/token/refresh/", json={"refresh": refresh})

    assert renew(one, refresh).status_code == 200
    assert two.call("GET", "/api/auth/me/", access).status_code == 200
    assert renew(two, refresh).status_code == 401
    # A refresh token that is used again counts as stolen, and its owner is signed out everywhere.
    assert [each.call("GET", "/api/auth/me/", access).status_code for each in (one, two)] == [
        401,
        401,
    ]


def test_a_join_token_that_was_used_at_one_server_is_refused_at_the_other(site):
    one, two = site.servers
    ada, ben = one.register("ada"), two.register("ben")
    me, other = (one.call("GET", "/api/auth/me/", token).json()["id"] for token in (ada, ben))
    one.call("POST", "/v1/friends/requests/", ada, json={"user_id": other})
    two.call("POST", "/v1/friends/requests/", ben, json={"user_id": me})
    made = one.call("POST", "/v1/sessions/create/", ada, json={"participant_id": other}).json()
    number = made["id"]
    one.call("POST", f"/v1/sessions/{number}/start/", ada)
    two.call("POST", f"/v1/sessions/{number}/ready/", ben)
    token = one.call("POST", f"/v1/sessions/{number}/join-token/", ben).json()["token"]

    def enter(server):
        return server.call(
            "POST", "/v1/sessions/join-token/validate/", ben, json={"token": token}
        ).status_code

    assert (enter(one), enter(two)) == (200, 400)


def test_a_limit_counts_the_requests_to_both_servers(site):
    one, two = site.servers
    answers = [
        server.call("POST", "/api/auth/password/reset/", json={"email": "x@example.com"})
        for server in (one, two) * (RESETS // 2) + (one, two)
    ]

    assert [each.status_code for each in answers] == [200] * RESETS + [429, 429]


def test_a_due_job_is_done_once_although_several_processes_run_it(site):
    one, two = site.servers
    creator = two.register("tia", "instructor")
    publish(two, creator, hours=12)

    def notifications():
        return one.call("GET", "/api/notifications/", creator).json()

    until(notifications, seconds=60)  # by the worker, to which beat sent the task
    environment = os.environ | {"DATABASE_URL": site.url, "REDIS_URL": redis_proxy.URL}
    command = [sys.executable, "manage.py", "run_jobs"]
    subprocess.run(command, cwd=ROOT, env=environment, check=True, capture_output=True)

    assert [each["type"] for each in notifications()] == ["reminder"]


# Must be last: it kills one of the two servers.
def test_killing_a_server_under_load_fails_only_its_own_requests(site):
    one, two = site.servers
    token = two.register("zoe")
    clients = [
        load(f"{server.base}/api/auth/me/", token=token, connections=8, seconds=4)
        for server in (one, two)
    ]

    def answered(number):
        return sum(client.counts["200"] for client in clients[number])

    until(lambda: min(answered(0), answered(1)) > 50)
    for pid in tree(one.process.pid):
        os.kill(pid, signal.SIGKILL)
    before = answered(1)

    assert set(totals(clients[1])) == {"200"}
    assert answered(1) > before
    assert totals(clients[0])["refused: nobody listens"]
    publish(two, two.register("ida", "instructor"))
