"""Checks that unfinished requests don't delay others, and that the server ends them in time.

`python -m proof.unfinished --bodies 200 --sockets 200` opens this number of requests whose
body never ends, and of connections that send nothing: at the server of `make run`, directly at
REST, at the push port, and behind the nginx of `proxy/`. Meanwhile it sends twenty ordinary
requests, or opens twenty sockets at the push port. Then it waits until the server has closed all
connections, by its default deadlines. Directly at REST it closes the unfinished bodies itself,
since only the proxy has a deadline for them. The exit code is 1 if half of the requests took
longer than 100 ms, or if a connection stayed open too long. Needs nginx, and Redis on localhost.
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

from tests.support import redis_proxy
from tests.support.nginx import Nginx
from tests.support.server import Server, free_port
from tests.support.slow_clients import UNFINISHED, answered_in, connected, end_of
from tests.support.sockets import hear, open_socket
from tests.support.waiting import until

ENVIRONMENT = {"DEMO_DATA": "0", "DISABLE_THROTTLING": "1", "EMBEDDED_SCHEDULER": "0"}
REQUESTS = 20
# Limits in seconds: for an ordinary request, for how long a silent socket may stay open, and for
# how long an unfinished body may. The servers' deadlines are 10 and 30.
QUICK, SILENCE, BODY = 0.1, 12, 40


@dataclass
class Door:
    """A way to reach a server.

    Attributes:
        port: the port of the unfinished requests.
        ask: sends one ordinary request, and returns the seconds that it takes.
        ends_bodies: whether it has a deadline for bodies.
    """

    port: int
    ask: Callable[[], float]
    ends_bodies: bool = True


def command(name: str) -> list[str]:
    return [sys.executable, "manage.py", name]


@contextmanager
def by_run(folder: Path) -> Iterator[Door]:
    with Server(folder, ENVIRONMENT | {"REDIS_URL": ""}) as server:
        yield Door(server.port, lambda: answered_in(server.port))


@contextmanager
def directly_at_rest(folder: Path) -> Iterator[Door]:
    environment = ENVIRONMENT | {"REDIS_URL": "", "WEB_CONCURRENCY": "2"}
    with Server(folder, environment, command("serve")) as server:
        yield Door(server.port, lambda: answered_in(server.port), ends_bodies=False)


@contextmanager
def behind_the_proxy(folder: Path) -> Iterator[Door]:
    with (
        directly_at_rest(folder) as rest,
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
        settings = rest.environment | {"PORT": str(rest.port)}
        with Server(folder, settings, command("push"), port=port) as push:

            def ask() -> float:
                began = time.monotonic()
                with open_socket(push, "bearer", token) as client:
                    assert hear(client)["type"] == "ready"
                    return time.monotonic() - began

            yield Door(port, ask)


DOORS = {
    "make run": by_run,
    "directly at REST": directly_at_rest,
    "push port": at_the_push_port,
    "behind the proxy": behind_the_proxy,
}


def prove(name: str, door: Door, bodies: int, sockets: int) -> bool:
    """Open the unfinished requests, send ordinary ones meanwhile, and wait for the ends of the
    unfinished ones. Return whether all limits are met."""
    before = [door.ask() for _ in range(REQUESTS)]
    with ThreadPoolExecutor(bodies + sockets) as pool:
        unfinished = [connected(door.port, UNFINISHED) for _ in range(bodies)]
        silent = [connected(door.port) for _ in range(sockets)]
        began = time.monotonic()
        ends = [pool.submit(lasted, client, began) for client in silent]
        during = [door.ask() for _ in range(REQUESTS)]
        longest_silence = max(end.result() for end in ends)
        longest_body = 0.0
        if door.ends_bodies:
            longest_body = max(pool.map(lambda client: lasted(client, began), unfinished))
        for client in unfinished:
            client.close()
    middle = statistics.median(during)
    until(lambda: door.ask() < QUICK)
    print(
        f"| {name} | {ms(statistics.median(before))} | {ms(during[0])} | {ms(middle)} "
        f"| {ms(max(during))} | {longest_silence:.1f} s "
        f"| {f'{longest_body:.1f} s' if door.ends_bodies else 'with their client'} |",
        flush=True,
    )
    return middle <= QUICK and longest_silence <= SILENCE and longest_body <= BODY


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
    print("| server | before | next request | median of 20 | slowest | sockets end | bodies end |")
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
