"""A real server in a separate process, started as `make run` starts it."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import requests

from tests.support.databases import ROOT, migrated_sqlite

__all__ = ["ROOT", "Server", "free_port"]

START_SECONDS = 60


def free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        port: int = listener.getsockname()[1]
        return port


@dataclass
class Server:
    """`with Server(folder) as server:` serves on `server.base` from a database in the folder.

    By default its tables exist already, and it uses a fast password hash.

    Attributes:
        folder: the folder of its SQLite database, media and log.
        environment: settings of docs/settings.md, in addition to those of the folder.
        command: the command that starts the server.
        as_shipped: whether it starts with an empty folder and the settings as shipped.
    """

    folder: Path
    environment: dict[str, str] = field(default_factory=dict)
    command: list[str] = field(default_factory=lambda: [sys.executable, "manage.py", "run"])
    port: int = field(default_factory=free_port)
    as_shipped: bool = False

    @property
    def base(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def log(self) -> str:
        return (self.folder / "server.log").read_text()

    @property
    def settings(self) -> dict[str, str]:
        """The environment variables in addition to those of the tests."""
        return {
            "PORT": str(self.port),
            "DATABASE_URL": f"sqlite:///{self.folder / 'db.sqlite3'}",
            "MEDIA_ROOT": str(self.folder / "media"),
            "PYTHONUNBUFFERED": "1",
            "DJANGO_SETTINGS_MODULE": (
                "config.settings" if self.as_shipped else "tests.support.quick_settings"
            ),
            **self.environment,
        }

    def __enter__(self) -> Self:
        environment = os.environ | self.settings
        database = self.folder / "db.sqlite3"
        if not (self.as_shipped or "DATABASE_URL" in self.environment or database.exists()):
            database.write_bytes(migrated_sqlite())
        self.output = (self.folder / "server.log").open("a")
        self.process = subprocess.Popen(
            self.command, cwd=ROOT, env=environment, stdout=self.output, stderr=self.output
        )
        self.wait_until_ready()
        return self

    def wait_until_ready(self) -> None:
        deadline = time.monotonic() + START_SECONDS
        while time.monotonic() < deadline:
            if self.process.poll() is not None:
                break
            try:
                if requests.get(f"{self.base}/readyz", timeout=5).ok:
                    return
            except requests.ConnectionError:
                time.sleep(0.05)  # before the next try
        self.stop()
        raise RuntimeError(f"The server did not start:\n{self.log}")

    def stop(self, number: int = signal.SIGTERM) -> int:
        """Stop it as a terminal or a container would. Return its exit code."""
        if self.process.poll() is None:
            self.process.send_signal(number)
        return self.process.wait(timeout=30)

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.stop()
        self.output.close()

    def call(self, method: str, path: str, token: str = "", **kwargs: Any) -> requests.Response:
        headers = kwargs.pop("headers", {})
        if token:
            headers["Authorization"] = f"Bearer {token}"
        return requests.request(method, self.base + path, headers=headers, timeout=60, **kwargs)

    def sign_in(self, username: str, password: str) -> str:
        answer = self.call(
            "POST", "/api/auth/token/", json={"username": username, "password": password}
        )
        token: str = answer.json()["access"]
        return token

    def register(self, username: str, role: str = "student") -> str:
        """Register a person. Return their access token."""
        answer = self.call(
            "POST",
            "/api/auth/register/",
            json={
                "username": username,
                "email": f"{username}@example.com",
                "password": "a-good-password-26",
                "role": role,
            },
        )
        token: str = answer.json()["access"]
        return token
