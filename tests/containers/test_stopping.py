"""A server that stops under load, behind the proxy and beside another one."""

from __future__ import annotations

import sys
import threading
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from itertools import cycle

import pytest

from tests.support import nginx
from tests.support.nginx import Nginx, in_turns
from tests.support.server import Server, free_port
from tests.support.waiting import until

pytestmark = pytest.mark.skipif(not nginx.BINARY, reason="no nginx is installed")

CLIENTS = 8
READ_AND_WRITE = (("GET", "/api/sessions/"), ("POST", "/api/notifications/mark_all_as_read/"))


def test_its_clients_are_answered_by_it_or_by_the_other_one(tmp_path, rest):
    serve = [sys.executable, "manage.py", "serve"]
    environment = rest.environment | {"REDIS_URL": "", "DISABLE_THROTTLING": "1"}
    stopped = threading.Event()
    with (
        Server(tmp_path, environment, serve) as staying,
        Server(tmp_path, environment, serve) as stopping,
        Nginx(
            *(tmp_path, "plain.conf", 0, free_port(), tmp_path),
            replaced=in_turns(staying.port, stopping.port),
        ) as proxy,
        ThreadPoolExecutor(CLIENTS) as pool,
    ):
        site = Server(tmp_path, port=proxy.port)
        token = site.register("ada")
        counts = [Counter() for _ in range(CLIENTS)]

        def ask(statuses):
            for method, path in cycle(READ_AND_WRITE):
                if stopped.is_set():
                    return
                statuses[site.call(method, path, token).status_code] += 1

        def number():
            return sum(statuses.total() for statuses in counts)

        asking = [pool.submit(ask, statuses) for statuses in counts]
        try:
            until(lambda: number() > 200)
            assert stopping.stop() == 0
            before = number()
            until(lambda: number() > before + 100)
        finally:
            stopped.set()
        assert [each.result() for each in asking] == [None] * CLIENTS

    total = sum(counts, Counter())
    # granian may close a connection whose request it hasn't begun to read. nginx asks the other
    # server then, but sends no POST twice.
    assert total.total() - total[200] <= 1, total
