"""Checks that acts repeated with one `Idempotency-Key` are done once and answered equally.

    DATABASE_URL=postgres://… python -m proof.repeats --keys 10000 --times 3

There are two server processes and many connections. Half of the repeats are sent at the same time
as the first try, and the others later; a 409 is tried again. Rows are counted before and after.
`--without-keys` is the negative control, which must fail. `--cost 500` measures the cost of a key.
The database `…_repeats`, next to the one in the URL, is created for this and dropped.
"""

from __future__ import annotations

import argparse
import http.client
import os
import random
import subprocess
import sys
import threading
import time
from collections import Counter, defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import count
from queue import Empty, SimpleQueue
from typing import IO, TYPE_CHECKING

import django

from bench.checkouts import ROOT
from bench.databases import DEFAULT_URL, create, drop, name_of, on
from bench.processes import processor_ms, tree, used_since
from bench.servers import SECRET_KEY, free_port

if TYPE_CHECKING:
    from proof.repeated_acts import Act

KINDS = 7
# A repeat that isn't sent at once comes after this number of other tries at most.
LATER = 300
PORT = free_port()
WAYS = ("without", "with", "repeated")


def environment(url: str) -> dict[str, str]:
    return {
        "DATABASE_URL": url,
        "SECRET_KEY": SECRET_KEY,
        "DEBUG": "0",
        "ALLOWED_HOSTS": "127.0.0.1",
        "SECURE_SSL_REDIRECT": "0",
        "DISABLE_THROTTLING": "1",
        "ACCESS_TOKEN_MINUTES": "1440",
        "DEMO_DATA": "0",
        "EMBEDDED_SCHEDULER": "0",
        "REDIS_URL": "",
        "LOG_LEVEL": "error",
        "WEB_CONCURRENCY": "2",
        "PORT": str(PORT),
        "DJANGO_SETTINGS_MODULE": "config.settings",
    }


@contextmanager
def served(output: IO[str] | None = None) -> Iterator[int]:
    """Start the server, yield its process id when it answers, and stop it at the end.

    Args:
        output: the file of its log; by default it writes where this process does.
    """
    command = [sys.executable, "manage.py", "serve"]
    process = subprocess.Popen(command, cwd=ROOT, stdout=output, stderr=output)
    try:
        for _ in range(600):
            if is_ready():
                break
            time.sleep(0.1)  # before the next try
        else:
            raise SystemExit("The server doesn't start.")
        yield process.pid
    finally:
        process.terminate()
        process.wait(60)


def is_ready() -> bool:
    try:
        connection = http.client.HTTPConnection("127.0.0.1", PORT, timeout=5)
        connection.request("GET", "/readyz")
        return connection.getresponse().status == 200
    except OSError:
        return False


def post(connection: http.client.HTTPConnection, act: Act, key: str) -> tuple[int, bytes, bool]:
    headers = {"Authorization": f"Bearer {act.token}", "Content-Type": "application/json"}
    if key:
        headers["Idempotency-Key"] = key
    connection.request("POST", act.path, act.body, headers)
    answer = connection.getresponse()
    return answer.status, answer.read(), answer.headers["Idempotent-Replayed"] == "true"


def in_order(acts: list[Act], times: int, rng: random.Random) -> list[Act]:
    """Return each act this number of times: half of the repeats follow the first try directly, and
    the others come later."""
    places = []
    for place, act in enumerate(acts):
        at_once = rng.random() < 0.5
        for repeat in range(times):
            later = 0 if at_once or not repeat else rng.uniform(1, LATER)
            places.append((place + later, act))
    return [act for _, act in sorted(places, key=lambda each: each[0])]


class Senders:
    """Threads with one connection each, which send the next try until none is left."""

    def __init__(self, tries: list[Act], *, connections: int, with_keys: bool) -> None:
        self.waiting: SimpleQueue[Act] = SimpleQueue()
        for act in tries:
            self.waiting.put(act)
        self.connections, self.with_keys = connections, with_keys
        self.in_progress, self.failed = count(), Counter[int]()

    def run(self) -> None:
        threads = [threading.Thread(target=self.send, daemon=True) for _ in range(self.connections)]
        for each in threads:
            each.start()
        for each in threads:
            each.join()

    def send(self) -> None:
        connection = http.client.HTTPConnection("127.0.0.1", PORT, timeout=60)
        while True:
            try:
                act = self.waiting.get_nowait()
            except Empty:
                return
            answer = post(connection, act, act.key if self.with_keys else "")
            if answer[0] == 409:
                next(self.in_progress)
                self.waiting.put(act)  # behind all others, or at once if there are none
            else:
                act.answers.append(answer)


def differences(acts: list[Act], times: int) -> list[str]:
    """Return what is wrong with the answers, one sentence for each act."""
    found = []
    for act in acts:
        expected = 403 if act.kind == "err" else 201
        if {status for status, _, _ in act.answers} != {expected}:
            found.append(f"{act.kind}: {sorted(each[0] for each in act.answers)}")
        elif len({body for _, body, _ in act.answers}) != 1:
            found.append(f"{act.kind}: the bodies differ")
        elif sum(again for _, _, again in act.answers) != times - 1 or len(act.answers) != times:
            found.append(f"{act.kind}: not exactly one of {len(act.answers)} answers was the first")
    return found


def prove(keys: int, times: int, connections: int, seed: int, *, with_keys: bool) -> bool:
    from proof.repeated_acts import Stage, count_rows, rows_of  # noqa: PLC0415  # needs Django

    rng = random.Random(seed)
    acts = Stage(-(-keys // KINDS), rng).acts()[:keys]
    before, tries = count_rows(), in_order(acts, times, rng)
    senders, began = Senders(tries, connections=connections, with_keys=with_keys), time.monotonic()
    senders.run()
    seconds = time.monotonic() - began
    made, expected = count_rows() - before, +rows_of(acts)
    extra, missing, wrong = made - expected, expected - made, differences(acts, times)
    for name, number in sorted(expected.items()):
        print(f"{name:16} rows expected {number:6}, made {made[name]:6}")
    for sentence, number in Counter(wrong).most_common(10):
        print(f"{number:6} acts: {sentence}")
    good = not (extra or missing or wrong)
    print(
        f"{'PASSED' if good else 'FAILED'}: {len(acts)} keys × {times} in {seconds:.0f} s "
        f"(seed {seed}, {connections} connections): {extra.total()} extra rows, "
        f"{missing.total()} missing, {len(wrong)} acts with different answers; "
        f"{next(senders.in_progress)} answers of 409"
    )
    return good


def cost(number: int, server: int) -> None:
    """Measure the cost of a key: the server's processor time for messages and sessions, in
    turns."""
    from proof.repeated_acts import Stage  # noqa: PLC0415  # needs Django's set-up

    stage = Stage(number // 2, random.Random(number), "sender")
    acts = [act for act in stage.acts() if act.kind in {"create", "write"}]
    connection = http.client.HTTPConnection("127.0.0.1", PORT, timeout=60)
    used: defaultdict[str, float] = defaultdict(float)
    for start in range(0, len(acts), 50):
        for name in WAYS:
            before, began = processor_ms(tree(server)), time.perf_counter()
            for act in acts[start : start + 50]:
                post(connection, act, "" if name == "without" else act.key)
            used[name] += used_since(before, processor_ms(tree(server)))
            used[f"{name}, seconds"] += time.perf_counter() - began
    for name in WAYS:
        print(
            f"{name:9} a key: {used[name] / len(acts):.2f} ms of the server's processor time, "
            f"latency {used[f'{name}, seconds'] / len(acts) * 1000:.2f} ms; "
            f"ratio {used[name] / used['without']:.2f}"
        )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--keys", type=int, default=10_000)
    parser.add_argument("--times", type=int, default=3)
    parser.add_argument("--connections", type=int, default=24)
    parser.add_argument("--seed", type=int, default=8)
    parser.add_argument("--cost", type=int, default=0, metavar="ACTS")
    parser.add_argument("--without-keys", action="store_true")
    options = parser.parse_args()
    server = os.environ.get("DATABASE_URL", DEFAULT_URL)
    url = on(server, f"{name_of(server)}_repeats")
    drop(url)
    create(url)
    try:
        os.environ.update(environment(url))
        django.setup()
        with served() as pid:
            with_keys = not options.without_keys
            good = prove(
                options.keys, options.times, options.connections, options.seed, with_keys=with_keys
            )
            if options.cost:
                cost(options.cost, pid)
    finally:
        drop(url)
    raise SystemExit(not good)


if __name__ == "__main__":
    main()
