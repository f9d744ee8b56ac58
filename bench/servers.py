"""Starting the servers that are compared, each with the same number of processes and on the same
database."""

from __future__ import annotations

import contextlib
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from bench.checkouts import HERE, Checkout

SECRET_KEY = "for-the-benchmark-only-a-key-that-everybody-can-read-in-its-source"
BIN = Path(sys.executable).parent
START_SECONDS = 60
THREADS = 8
BASELINES = ("floor", "hard_floor", "drf", "ninja", "fastapi")
NAMES = ("product", *BASELINES)


@dataclass(frozen=True, slots=True)
class Server:
    """A running server.

    Attributes:
        pid: the process id of its main process, whose descendants are all its other processes.
        url: of its database.
        checkout: the product's code that issues its tokens.
    """

    name: str
    port: int
    pid: int
    url: str
    checkout: Checkout

    @property
    def is_product(self) -> bool:
        """Whether it is the product, of this or another checkout, and not a baseline."""
        return self.name not in BASELINES


def granian(application: str, processes: int, port: int) -> list[str]:
    """Return the command for WSGI, with as many threads per process as the product's server."""
    return [
        str(BIN / "granian"),
        "--interface=wsgi",
        f"--workers={processes}",
        f"--blocking-threads={THREADS}",
        "--host=127.0.0.1",
        f"--port={port}",
        "--no-access-log",
        "--log-level=warning",
        application,
    ]


def uvicorn(application: str, processes: int, port: int) -> list[str]:
    """Return the command for ASGI on uvloop and httptools, as FastAPI's guide recommends."""
    return [
        str(BIN / "uvicorn"),
        f"--workers={processes}",
        "--host=127.0.0.1",
        f"--port={port}",
        "--no-access-log",
        "--log-level=warning",
        application,
    ]


def command(name: str, processes: int, port: int, checkout: Checkout) -> list[str]:
    if name == "product":
        return [checkout.python, "manage.py", "serve"]
    if name == "fastapi":
        return uvicorn("bench.baselines.fastapi.main:app", processes, port)
    return granian("bench.baselines.wsgi:application", processes, port)


def environment(
    name: str, url: str, *, processes: int = 1, port: int = 8000, checkout: Checkout = HERE
) -> dict[str, str]:
    """Return the settings for production, except throttling and a log of requests: the baselines
    have neither, and one machine sends thousands of requests here."""
    settings = "config.settings" if name == "product" else f"bench.baselines.{name}.settings"
    return os.environ | {
        "DJANGO_SETTINGS_MODULE": settings,
        "DATABASE_URL": url,
        "SECRET_KEY": SECRET_KEY,
        "DEBUG": "0",
        "ALLOWED_HOSTS": "127.0.0.1",
        "SECURE_SSL_REDIRECT": "0",
        "DISABLE_THROTTLING": "1",
        "LOG_LEVEL": "warning",
        "EMBEDDED_SCHEDULER": "0",
        "PORT": str(port),
        "WEB_CONCURRENCY": str(processes),
        "WEB_THREADS": str(THREADS),
        "DEMO_DATA": "0",
        "REDIS_URL": "",
        "PYTHONPATH": str(checkout.root),
    }


@contextlib.contextmanager
def serving(name: str, url: str, *, processes: int, checkout: Checkout = HERE) -> Iterator[Server]:
    """Start the server of this name, yield it when it is ready, and stop it at the end.

    Args:
        checkout: whose product is started; it gets the checkout's name.
    """
    shown = checkout.name if name == "product" else name
    port = free_port()
    process = subprocess.Popen(
        command(name, processes, port, checkout),
        cwd=checkout.root,
        env=environment(name, url, processes=processes, port=port, checkout=checkout),
        stdout=sys.stderr,
        start_new_session=True,
    )
    try:
        wait_until_ready(process, shown, port)
        yield Server(shown, port, process.pid, url, checkout)
    finally:
        stop(process)


def free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        port: int = listener.getsockname()[1]
        return port


def wait_until_ready(process: subprocess.Popen[bytes], name: str, port: int) -> None:
    """Wait until the server answers a request without a token with 401.

    Raises:
        RuntimeError: the server ended, or didn't answer in time.
    """
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline and process.poll() is None:
        with (
            contextlib.suppress(OSError),
            socket.create_connection(("127.0.0.1", port), 5) as client,
        ):
            client.sendall(b"GET /api/sessions/ HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n")
            if client.recv(12).startswith(b"HTTP/1.1 401"):
                return
        time.sleep(0.1)  # before the next try
    raise RuntimeError(f"The server {name} did not start; its output is above.")


def stop(process: subprocess.Popen[bytes]) -> None:
    process.terminate()  # all of these servers pass it on to their processes
    try:
        process.wait(timeout=15)
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()
