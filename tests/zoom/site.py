"""Server processes that share a database and a fake Zoom, and two friends who use them."""

from __future__ import annotations

import json
import sys
import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from copy import copy
from functools import partial
from itertools import cycle
from pathlib import Path
from typing import Any

import requests

from tests.support.databases import fresh_postgres
from tests.support.fake_zoom import FakeZoom
from tests.support.fake_zoom_http import Call
from tests.support.racing import at_once
from tests.support.server import Server
from tests.support.zoom_behaviours import Behaviour

SABOTEUR = [sys.executable, "-m", "tests.zoom.saboteur"]
QUIET = {"DISABLE_THROTTLING": "1", "DEMO_DATA": "0", "EMBEDDED_SCHEDULER": "0"}

# A path, the token of the person who posts to it, and the body.
Post = tuple[str, str, Any]


class Site:
    """Two friends, Ada and Ben, and the servers that they use."""

    def __init__(self, servers: list[Server], zoom: FakeZoom) -> None:
        self.servers, self.zoom = servers, zoom
        self.ada, self.ben = (servers[0].register(name) for name in ("ada", "ben"))
        self.ben_id = self.call("GET", "/api/auth/me/", self.ben).json()["id"]
        self.befriend()

    def call(self, method: str, path: str, token: str, body: Any = None) -> requests.Response:
        return self.servers[0].call(method, path, token, json=body)

    def befriend(self) -> None:
        body = {"user_id": self.ben_id}
        request = self.call("POST", "/v1/friends/requests/", self.ada, body).json()["id"]
        self.call("POST", f"/v1/friends/requests/{request}/accept/", self.ben)

    def make(self) -> int:
        answer = self.call(
            "POST", "/v1/sessions/create/", self.ada, {"participant_id": self.ben_id}
        )
        number: int = answer.json()["id"]
        return number

    def post(self, session: int, action: str, token: str) -> requests.Response:
        return self.call("POST", f"/v1/sessions/{session}/{action}/", token)

    def show(self, session: int) -> Any:
        return self.call("GET", f"/v1/sessions/{session}/", self.ada).json()

    def messages(self, session: int) -> list[Any]:
        """Return the chat messages about the session."""
        messages = self.call("GET", f"/v1/friends/{self.ben_id}/messages/", self.ada).json()
        return [each for each in messages if each["session"] == session]

    def logged(self, session: int) -> Counter[str]:
        log = self.call("GET", f"/v1/sessions/{session}/audit-logs/", self.ada).json()
        return Counter(each["event_type"] for each in log)

    def race(self, posts: list[Post]) -> list[requests.Response]:
        """Send all requests at the same moment, spread over the servers."""
        return at_once(
            [
                partial(server.call, "POST", path, token, json=body)
                for server, (path, token, body) in zip(cycle(self.servers), posts, strict=False)
            ]
        )

    def served_by(self, servers: list[Server]) -> Site:
        """Return the same people, with other servers on the same database."""
        other = copy(self)
        other.servers = servers
        return other


@contextmanager
def site_on_sqlite(folder: Path) -> Iterator[Site]:
    with FakeZoom() as zoom, Server(folder, QUIET | zoom.environment) as server:
        yield Site([server], zoom)
    assert zoom.complaints == []


@contextmanager
def site_on_postgres(folder: Path) -> Iterator[Site]:
    with FakeZoom() as zoom, fresh_postgres() as url:
        environment = QUIET | zoom.environment | {"DATABASE_URL": url}
        with two_servers(folder, environment) as servers:
            yield Site(servers, zoom)
    assert zoom.complaints == []


@contextmanager
def two_servers(
    folder: Path, environment: dict[str, str], **options: Any
) -> Iterator[list[Server]]:
    with ExitStack() as stack:
        servers = []
        for name in ("one", "two"):
            (folder / name).mkdir()
            servers.append(stack.enter_context(Server(folder / name, environment, **options)))
        yield servers


@contextmanager
def sabotaged(site: Site, folder: Path) -> Iterator[Site]:
    """Serve the site without its safeguards."""
    environment = site.servers[0].environment
    with two_servers(folder, environment, command=SABOTEUR) as servers:
        yield site.served_by(servers)


class Pause:
    """A behaviour of the fake Zoom: it holds a request until `go` is set, then answers."""

    def __init__(self) -> None:
        self.entered, self.go = threading.Event(), threading.Event()

    def wait(self) -> None:
        assert self.entered.wait(10), "no request arrived"

    @property
    def behaviour(self) -> Behaviour:
        def pause(call: Call) -> None:
            self.entered.set()
            self.go.wait(10)
            status, body = call.zoom.answer(call.recorded)
            call.write(status, json.dumps(body).encode(), {})

        return pause
