"""Real servers for the race tests: two processes with a database of their own on PostgreSQL, one
process on SQLite. Token rotation is on, rate limits are off, and mails are written to a folder."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import uuid
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from functools import partial
from itertools import cycle, islice
from pathlib import Path

import requests
from django.db import connection

from tests.conftest import PASSWORD
from tests.support.databases import fresh_postgres
from tests.support.racing import at_once
from tests.support.server import ROOT, Server

SABOTEUR = [sys.executable, "-m", "tests.accounts.saboteur"]


class Site:
    """Servers on one database."""

    def __init__(self, servers: list[Server], mails: Path, url: str) -> None:
        self.servers, self.mails, self.url = servers, mails, url

    def post(self, path: str, body: object, token: str = "") -> requests.Response:
        return self.servers[0].call("POST", f"/api/auth/{path}/", token, json=body)

    def register(self) -> dict[str, str]:
        """Register a new person; return their name, address and tokens."""
        name = f"p{uuid.uuid4().hex[:12]}"
        person = {"username": name, "email": f"{name}@example.com"}
        pair = self.post("register", person | {"password": PASSWORD}).json()
        return person | {"access": pair["access"], "refresh": pair["refresh"]}

    def race(
        self, path: str, bodies: list[dict[str, str]], token: str = "", method: str = "POST"
    ) -> list[requests.Response]:
        """Send all bodies at the same moment, spread over the servers."""
        servers = islice(cycle(self.servers), len(bodies))
        calls: list[Callable[[], requests.Response]] = [
            partial(server.call, method, f"/api/auth/{path}/", token, json=body)
            for server, body in zip(servers, bodies, strict=True)
        ]
        return at_once(calls)

    def is_valid(self, token: str) -> bool:
        return self.post("token/verify", {"token": token}).status_code == 200

    def mailed_link(self, email: str) -> dict[str, str]:
        """Request a password reset; return the `uid` and `token` of the mail."""
        self.post("password/reset", {"email": email})
        run_jobs = [sys.executable, "manage.py", "run_jobs"]
        environment = os.environ | self.servers[0].settings
        subprocess.run(run_jobs, cwd=ROOT, env=environment, check=True, capture_output=True)
        texts = [file.read_text() for file in self.mails.iterdir()]
        mail = next(text for text in texts if f"To: {email}" in text)
        return dict(re.findall(r"^(uid|token): ([\w-]+)", mail, re.MULTILINE))


@contextmanager
def site_in(folder: Path, sabotage: str = "") -> Iterator[Site]:
    environment = {
        "DEMO_DATA": "0",
        "EMBEDDED_SCHEDULER": "0",
        "DISABLE_THROTTLING": "1",
        "ROTATE_REFRESH_TOKENS": "1",
        # These races are about who gets an address; test_email_change tests the confirmation.
        "EMAIL_CONFIRMATION": "0",
        "EMAIL_URL": f"filemail:///{folder / 'mails'}",
        "SABOTAGE": sabotage,
    }
    (folder / "mails").mkdir()
    extra = {"command": SABOTEUR} if sabotage else {}
    with ExitStack() as stack:
        if connection.vendor == "postgresql":
            environment["DATABASE_URL"] = stack.enter_context(fresh_postgres())
        servers = []
        for name in ("one", "two") if connection.vendor == "postgresql" else ("one",):
            (folder / name).mkdir()
            server = Server(folder / name, environment, **extra)
            servers.append(stack.enter_context(server))
        yield Site(servers, folder / "mails", environment.get("DATABASE_URL", ""))
