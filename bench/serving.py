"""A comparison of web servers: how many requests per second each answers, and how much processor
time a thousand requests take.

    pip install -r bench/requirements.txt   # and wrk, a system package
    DATABASE_URL=postgres://… python -m bench.serving

All of them serve the same database with two processes each, and are measured in turns of a few
seconds, so that other load on the machine affects all of them equally. The results are ratios of
the medians of all turns.
"""

from __future__ import annotations

import argparse
import os
import re
import statistics
import subprocess
import sys
import time
from dataclasses import dataclass, field

import requests

from bench.checkouts import ROOT
from bench.processes import processor_ms, tree
from bench.servers import SECRET_KEY, free_port

PROCESSES = 2
CONNECTIONS = 32
PASSWORD = "learn-together-26"  # the demo people's password


def rest(threads: int) -> list[str]:
    return [sys.executable, "manage.py", "rest", f"WEB_THREADS={threads}"]


def granian(threads: int) -> list[str]:
    options = ["--interface=wsgi", f"--workers={PROCESSES}", f"--blocking-threads={threads}"]
    where = ["--port=$PORT", "--no-ws", "--log-level=error", "config.wsgi:application"]
    return [sys.executable, "-m", "granian", *options, *where]


def gunicorn(threads: int) -> list[str]:
    options = ["--worker-class=gthread", f"--workers={PROCESSES}", f"--threads={threads}"]
    where = ["--bind=127.0.0.1:$PORT", "--log-level=error", "config.wsgi:application"]
    return [sys.executable, "-m", "gunicorn", *options, *where]


def uvicorn() -> list[str]:
    options = [f"--workers={PROCESSES}", "--lifespan=off", "--no-access-log", "--port=$PORT"]
    return [sys.executable, "-m", "uvicorn", *options, "config.asgi:application"]


ARRANGEMENTS = {
    "`manage.py rest`, 8 threads": rest(8),
    "granian, WSGI, 8 threads": granian(8),
    "granian, WSGI, 2 threads": granian(2),
    "gunicorn, gthread, 8 threads": gunicorn(8),
    "gunicorn, gthread, 2 threads": gunicorn(2),
    "uvicorn, ASGI": uvicorn(),
}


@dataclass
class Turn:
    """Requests per second, milliseconds of processor time per thousand requests, and p99 in ms."""

    rate: float
    cost: float
    slow: float


@dataclass
class Candidate:
    """One server and its measurements by path."""

    command: list[str]
    turns: dict[str, list[Turn]] = field(default_factory=dict)
    port: int = field(default_factory=free_port)

    def start(self) -> None:
        settings = [word for word in self.command if re.match("[A-Z_]+=", word)]
        command = [word.replace("$PORT", str(self.port)) for word in self.command]
        environment = os.environ | {
            "PORT": str(self.port),
            "WEB_CONCURRENCY": str(PROCESSES),
            # As in production: with DEBUG, Django keeps every query.
            "DEBUG": "0",
            "SECRET_KEY": SECRET_KEY,
            "ALLOWED_HOSTS": "127.0.0.1",
            "SECURE_SSL_REDIRECT": "0",
            "DISABLE_THROTTLING": "1",
            **dict(word.split("=") for word in settings),
        }
        self.process = subprocess.Popen(
            [word for word in command if word not in settings],
            cwd=ROOT,
            env=environment,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )
        self.wait()

    def wait(self) -> None:
        for _ in range(300):
            try:
                requests.get(f"http://127.0.0.1:{self.port}/readyz", timeout=5).raise_for_status()
                return
            except requests.RequestException:
                time.sleep(0.1)
        raise SystemExit(f"This server doesn't start: {' '.join(self.command)}")

    def processor(self) -> float:
        """Return the processor time of its processes so far, in milliseconds."""
        return sum(processor_ms(tree(self.process.pid)).values())

    def measure(self, path: str, token: str, seconds: int) -> None:
        before = self.processor()
        output = subprocess.run(
            [
                *("wrk", "-t1", f"-c{CONNECTIONS}", f"-d{seconds}s", "--latency", "--timeout=30s"),
                *("-H", f"Authorization: Bearer {token}"),
                f"http://127.0.0.1:{self.port}{path}",
            ],
            capture_output=True,
            text=True,
            check=True,
        ).stdout
        count = int(found(r"(\d+) requests in", output)[1])
        if wrong := re.search(r"Non-2xx.*|Socket errors.*", output):
            raise SystemExit(f"{' '.join(self.command)}: {wrong[0]}")
        number, unit = found(r"99%\s+([\d.]+)(us|ms|s)", output).groups()
        slow = float(number) * {"us": 0.001, "ms": 1, "s": 1000}[unit]
        cost = (self.processor() - before) / count * 1000
        self.turns.setdefault(path, []).append(Turn(count / seconds, cost, slow))

    def median(self, path: str) -> Turn:
        turns = self.turns[path]
        return Turn(
            *(
                statistics.median(getattr(turn, name) for turn in turns)
                for name in ("rate", "cost", "slow")
            )
        )

    def stop(self) -> None:
        self.process.terminate()  # all of these hand it on to their processes
        self.process.wait(60)


def found(pattern: str, text: str) -> re.Match[str]:
    match = re.search(pattern, text)
    assert match, text
    return match


def prepare() -> None:
    """Fill the database in DATABASE_URL with the demo data, unless it has people already."""
    if "DATABASE_URL" not in os.environ:
        raise SystemExit("DATABASE_URL is not set: name a database that may get the demo data.")
    for command in ("migrate", "load_demo_data"):
        subprocess.run([sys.executable, "manage.py", command, "-v0"], cwd=ROOT, check=True)


def sign_in(port: int) -> tuple[str, int]:
    """Return a demo person's token, and the id of a session."""
    base = f"http://127.0.0.1:{port}/api"
    credentials = {"username": "alice", "password": PASSWORD}
    token = requests.post(f"{base}/auth/token/", json=credentials, timeout=10).json()["access"]
    headers = {"Authorization": f"Bearer {token}"}
    rows = requests.get(f"{base}/sessions/", headers=headers, timeout=10).json()["results"]
    return token, rows[0]["id"]


def report(candidates: dict[str, Candidate], paths: list[str]) -> None:
    for path in paths:
        first = next(iter(candidates.values())).median(path)
        print(f"\n`{path}`\n")
        print("| server | requests/s | processor time per request | p99 |")
        print("|---|---|---|---|")
        for name, candidate in candidates.items():
            turn = candidate.median(path)
            rate, cost = turn.rate / first.rate, turn.cost / first.cost
            print(f"| {name} | {rate:.2f} | {cost:.2f} | {turn.slow:.0f} ms |")
        print(
            f"\n1.00 is {first.rate:.0f} requests/s and {first.cost:.0f} ms per thousand requests."
        )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    parser.add_argument("--turns", type=int, default=7)
    parser.add_argument("--seconds", type=int, default=3)
    options = parser.parse_args()
    prepare()
    candidates = {name: Candidate(command) for name, command in ARRANGEMENTS.items()}
    try:
        for candidate in candidates.values():
            candidate.start()
        token, session = sign_in(next(iter(candidates.values())).port)
        paths = ["/api/sessions/", f"/api/sessions/{session}/", "/api/notifications/"]
        for _ in range(options.turns):
            for path in paths:
                for candidate in candidates.values():
                    candidate.measure(path, token, options.seconds)
        report(candidates, paths)
    finally:
        for candidate in candidates.values():
            if hasattr(candidate, "process"):
                candidate.stop()


if __name__ == "__main__":
    main()
