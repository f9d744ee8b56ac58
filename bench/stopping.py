"""How many requests a server loses when it stops under load.

    DATABASE_URL=postgres://… python -m bench.stopping --stops 20

Two servers of each arrangement stand behind the nginx of `proxy/`, which must be installed. Clients
read and write through it, while one server after the other gets SIGTERM, ends, and is started
again. nginx asks the other server if one refuses a connection, or breaks it before the answer to a
GET; it sends no POST twice. So a client gets something else than a 2xx only if a POST was lost.
"""

from __future__ import annotations

import argparse
import random
import tempfile
import threading
import time
from collections import Counter
from contextlib import ExitStack
from itertools import cycle, islice
from pathlib import Path

import requests

from bench.serving import ARRANGEMENTS, Candidate, prepare, sign_in
from tests.support.nginx import Nginx, in_turns
from tests.support.server import free_port

CLIENTS = 32
# Seconds under load before each stop.
PAUSE = 2
COMPARED = ("`manage.py rest`, 8 threads", "gunicorn, gthread, 8 threads")
READ_AND_WRITE = (("GET", "/api/sessions/"), ("POST", "/api/notifications/mark_all_as_read/"))


class Client(threading.Thread):
    """Sends requests, reads and writes at random, and counts the answers by method and status."""

    def __init__(self, port: int, token: str, stopped: threading.Event) -> None:
        super().__init__()
        self.base, self.stopped = f"http://127.0.0.1:{port}", stopped
        self.headers = {"Authorization": f"Bearer {token}"}
        self.counts: Counter[tuple[str, int]] = Counter()

    def run(self) -> None:
        with requests.Session() as connection:
            while not self.stopped.is_set():
                method, path = random.choice(READ_AND_WRITE)
                answer = connection.request(
                    method, self.base + path, headers=self.headers, timeout=60
                )
                self.counts[method, answer.status_code] += 1


def measure(command: list[str], stops: int) -> tuple[Counter[tuple[str, int]], int]:
    """Return the answers by method and status, and how often nginx saw a connection broken."""
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        pair = Candidate(command), Candidate(command)
        for server in pair:
            server.start()
            stack.callback(server.stop)
        errors = folder / "broken.log"
        replaced = in_turns(*(server.port for server in pair))
        replaced["error_log stderr crit"] = f"error_log {errors} error"
        proxy = stack.enter_context(
            Nginx(folder, "plain.conf", 0, free_port(), folder, replaced=replaced)
        )
        token, _ = sign_in(pair[0].port)
        stopped = threading.Event()
        clients = [Client(proxy.port, token, stopped) for _ in range(CLIENTS)]
        for client in clients:
            client.start()
        for server in islice(cycle(pair), stops):
            time.sleep(PAUSE)
            server.stop()
            server.start()
        stopped.set()
        for client in clients:
            client.join()
        broken = [line for line in errors.read_text().splitlines() if "refused" not in line]
        return sum((client.counts for client in clients), Counter()), len(broken)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    parser.add_argument("--stops", type=int, default=20)
    options = parser.parse_args()
    prepare()
    print("| arrangement | stops | answers | no 2xx | connections broken |\n|---|---|---|---|---|")
    for name in COMPARED:
        counts, broken = measure(ARRANGEMENTS[name], options.stops)
        lost = sum(count for (_, status), count in counts.items() if status >= 300)
        print(f"| {name} | {options.stops} | {counts.total()} | {lost} | {broken} |", flush=True)


if __name__ == "__main__":
    main()
