"""Unfinished requests: does the next one wait, and when do they end?

`python -m bench.proof.unfinished --bodies 200 --sockets 200` opens so many requests whose body
never ends and so many connections that say nothing: at `make run`, straight at REST, at the push
port, and behind the nginx of `proxy/`. Beside them it asks for an address of the server, or opens
a socket at the push port, twenty times. Then it waits until the server has ended all of them, by
the deadlines that are shipped. Ends with 1 if half of the requests took longer than 100 ms, or a
connection was left. Needs nginx, and Redis on localhost.
"""

from __future__ import annotations

import argparse
import socket
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.containers.nginx import Nginx
from tests.notifications import redis_proxy
from tests.notifications.sockets import hear, open_socket
from tests.operations.slow_clients import UNFINISHED, answered_in, connected, end_of
from tests.server import Server, free_port
from tests.waiting import until

ENVIRONMENT = {"DEMO_DATA": "0", "DISABLE_THROTTLING": "1", "EMBEDDED_SCHEDULER": "0"}
ASKED = 20
# In seconds: of the request beside them, and the longest that a silent socket and an unfinished
# body may live. The servers' deadlines are 10 and 30, and granian's bodies are looked at every 5.
QUICK, SILENCE, BODY = 0.1, 12, 40


@dataclass
class Door:
    """Where a server is asked.

    Attributes:
        port: where the unfinished requests go.
        ask: the seconds of one whole request.
    """

    port: int
    ask: Callable[[], float]


def command(name: str) -> list[str]:
    return [sys.executable, "manage.py", name]


@contextmanager
def by_run(folder: Path) -> Iterator[Door]:
    with Server(folder, ENVIRONMENT | {"REDIS_URL": ""}) as server:
        yield Door(server.port, lambda: answered_in(server.port))


@contextmanager
def straight_at_rest(folder: Path) -> Iterator[Door]:
    environment = ENVIRONMENT | {"REDIS_URL": "", "WEB_CONCURRENCY": "2"}
    with Server(folder, environment, command("serve")) as server:
        yield Door(server.port, lambda: answered_in(server.port))


@contextmanager
def behind_the_proxy(folder: Path) -> Iterator[Door]:
    with (
        straight_at_rest(folder) as rest,
        Nginx(folder, "plain.conf", rest.port, free_port(), folder / "media") as proxy,
    ):
        proxy.names.addresses = ["127.0.0.1"]
        yield Door(proxy.port, lambda: answered_in(proxy.port))


@contextmanager
def at_the_push_port(folder: Path) -> Iterator[Door]:
    environment = ENVIRONMENT | {"REDIS_URL": redis_proxy.URL, "PUSH_PORT": str(free_port())}
    with Server(folder, environment) as rest:
        port = int(environment["PUSH_PORT"])
        token = rest.register("ada")
        there = rest.environment | {"PORT": str(rest.port)}
        with Server(folder, there, command("push"), port=port) as push:

            def ask() -> float:
                began = time.monotonic()
                with open_socket(push, "bearer", token) as client:
                    assert hear(client)["type"] == "ready"
                    return time.monotonic() - began

            yield Door(port, ask)


DOORS = {
    "make run": by_run,
    "straight at REST": straight_at_rest,
    "push port": at_the_push_port,
    "behind the proxy": behind_the_proxy,
}


def prove(name: str, door: Door, bodies: int, sockets: int) -> bool:
    """Open them, ask beside them, and wait for their ends; whether all is as promised."""
    before = [door.ask() for _ in range(ASKED)]
    with ThreadPoolExecutor(bodies + sockets) as pool:
        unfinished = [connected(door.port, UNFINISHED) for _ in range(bodies)]
        silent = [connected(door.port) for _ in range(sockets)]
        began = time.monotonic()
        ends = {
            "bodies": pool.map(lambda each: lasted(each, began), unfinished),
            "sockets": pool.map(lambda each: lasted(each, began), silent),
        }
        beside = [door.ask() for _ in range(ASKED)]
        longest = {kind: max(seconds) for kind, seconds in ends.items()}
    middle = statistics.median(beside)
    until(lambda: door.ask() < QUICK)
    print(
        f"| {name} | {ms(statistics.median(before))} | {ms(beside[0])} | {ms(middle)} "
        f"| {ms(max(beside))} | {longest['sockets']:.1f} s | {longest['bodies']:.1f} s |",
        flush=True,
    )
    return middle <= QUICK and longest["sockets"] <= SILENCE and longest["bodies"] <= BODY


def lasted(client: socket.socket, began: float) -> float:
    end_of(client)
    return time.monotonic() - began


def ms(seconds: float) -> str:
    return f"{seconds * 1000:.0f} ms"


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--bodies", type=int, default=200)
    parser.add_argument("--sockets", type=int, default=200)
    options = parser.parse_args()
    print(
        "| where | alone | next request | half of 20 | slowest of 20 | sockets end | bodies end |"
    )
    print("|---|---|---|---|---|---|---|")
    held = []
    for name, open_door in DOORS.items():
        with ExitStack() as stack:
            folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
            door = stack.enter_context(open_door(folder))
            held.append(prove(name, door, options.bodies, options.sockets))
    return 0 if all(held) else 1


if __name__ == "__main__":
    sys.exit(main())
