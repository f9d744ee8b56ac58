"""Checks that simultaneous sign-ins need little memory: `python -m proof.sign_ins`.

It runs `manage.py serve` as in production, without Redis and with the real password hasher. Many
users sign in at the same time, a quarter of them with a wrong password, while the memory of all
server processes is measured. The exit code is 1 if it grows by more than `BAR`, or if a sign-in
gets an answer other than 200, 401 or 503.
"""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
import threading
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import requests

from tests.support.databases import fresh_postgres
from tests.support.server import Server

LOCAL = "postgresql://postgres@localhost:5432/postgres"
PASSWORD = "a-good-password-26"  # nosec B105  # of temporary users
BAR = 150  # MB
PEOPLE = 8


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--at-once", type=int, default=64)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--database", default=os.environ.get("DATABASE_URL", LOCAL))
    options = parser.parse_args()
    os.environ["DATABASE_URL"] = options.database
    environment = {
        "DEMO_DATA": "0",
        "EMBEDDED_SCHEDULER": "0",
        "DISABLE_THROTTLING": "1",
        "DJANGO_SETTINGS_MODULE": "config.settings",
    }
    command = [sys.executable, "manage.py", "serve"]
    with tempfile.TemporaryDirectory() as folder, fresh_postgres() as url:
        environment["DATABASE_URL"] = url
        with Server(Path(folder), environment, command=command) as server:
            return prove(server, options.at_once, options.rounds)


def prove(server: Server, at_once: int, rounds: int) -> int:
    for number in range(PEOPLE):
        server.register(f"p{number}")
    warm_up(server)
    idle, failed = memory(server), False
    print(f"idle: {idle} MB")
    for number in range(rounds):
        with Watch(server) as watch:
            began = time.perf_counter()
            statuses = sign_in(server, at_once)
        seconds = time.perf_counter() - began
        grown = watch.most - idle
        print(f"round {number + 1}: {dict(statuses)} in {seconds:.1f} s, at most {grown} MB more")
        failed |= grown > BAR or not set(statuses) <= {200, 401, 503}
    print(f"afterwards: {memory(server) - idle} MB more")
    return int(failed)


def warm_up(server: Server) -> None:
    """Let every thread serve a request, so that memory which it keeps isn't counted."""
    with ThreadPoolExecutor(32) as pool:
        list(pool.map(lambda _: server.call("GET", "/readyz"), range(200)))


def sign_in(server: Server, at_once: int) -> Counter[int]:
    """Sign in this number of users at once, and return the number of answers by status."""
    barrier = threading.Barrier(at_once)

    def one(number: int) -> int:
        wrong = "" if number % 4 else "not-"
        body = {"username": f"p{number % PEOPLE}", "password": f"{wrong}{PASSWORD}"}
        barrier.wait()
        return requests.post(f"{server.base}/api/auth/token/", json=body, timeout=60).status_code

    with ThreadPoolExecutor(at_once) as pool:
        return Counter(pool.map(one, range(at_once)))


class Watch(threading.Thread):
    """`with Watch(server) as watch: …` records the maximum of memory in the block, in MB."""

    def __init__(self, server: Server) -> None:
        super().__init__(daemon=True)
        self.server, self.most, self.ended = server, 0, threading.Event()

    def run(self) -> None:
        while not self.ended.wait(0.01):
            self.most = max(self.most, memory(self.server))

    def __enter__(self) -> Watch:
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.ended.set()
        self.join()


def memory(server: Server) -> int:
    """Return the memory of the server's processes in MB (proportional set size)."""
    kilobytes = 0
    for pid in family(server.process.pid):
        try:
            lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
        except OSError:  # the process has ended
            continue
        kilobytes += sum(int(line.split()[1]) for line in lines if line.startswith("Pss:"))
    return kilobytes // 1024


def family(pid: int) -> list[int]:
    """Return a process and all its descendants."""
    children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    return [pid, *(each for child in children for each in family(int(child)))]


if __name__ == "__main__":
    sys.exit(main())
