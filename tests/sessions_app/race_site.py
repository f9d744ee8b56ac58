"""A site for races: several server processes on one database, and many people."""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime, timedelta
from functools import partial
from itertools import cycle
from pathlib import Path
from typing import Any

import requests

from tests.support.databases import fresh_postgres, rows
from tests.support.racing import at_once
from tests.support.server import Server

SABOTEUR = [sys.executable, "-m", "tests.sessions_app.saboteur"]
QUIET = {"DISABLE_THROTTLING": "1", "DEMO_DATA": "0"}
PEOPLE = 24
ROUNDS = 30


# An action's name, the user's token and, if it needs one, the body.
Act = tuple[str, str] | tuple[str, str, Any]
# A method, a path, the user's token, and the body.
Call = tuple[str, str, str, Any]


class Site:
    """Several servers on one database, a creator of sessions, and people who race."""

    def __init__(self, servers: list[Server], url: str = "") -> None:
        self.servers, self.url = servers, url
        first = servers[0]
        self.creator = first.register("ines", role="instructor")
        self.people = [first.register(f"racer{n}") for n in range(PEOPLE)]

    def publish(self, places: int, **fields: Any) -> int:
        body = fields | {
            "title": "Race",
            "description": "Who is first?",
            "date": (datetime.now(UTC) + timedelta(days=2)).isoformat(),
            "max_participants": places,
        }
        answer = self.servers[0].call("POST", "/api/sessions/", self.creator, json=body)
        number: int = answer.json()["id"]
        return number

    def post(
        self, session: int, action: str, token: str, body: Any = None, server: Server | None = None
    ) -> requests.Response:
        path = f"/api/sessions/{session}/{action}/"
        return (server or self.servers[0]).call("POST", path, token, json=body)

    def race(self, session: int, acts: list[Act]) -> list[requests.Response]:
        """Perform all acts at the same time, distributed over the servers."""
        calls: list[Callable[[], requests.Response]] = [
            partial(self.post, session, *act, server=server)
            for server, act in zip(cycle(self.servers), acts, strict=False)
        ]
        return at_once(calls)

    def all_at_once(self, calls: list[Call]) -> Counter[int]:
        """Like `race`, but for any method and path. Return the statuses of the answers."""
        acts = [
            partial(server.call, method, path, token, json=body)
            for server, (method, path, token, body) in zip(cycle(self.servers), calls, strict=False)
        ]
        return statuses(at_once(acts))

    def show(self, session: int) -> Any:
        return self.servers[0].call("GET", f"/api/sessions/{session}/", self.creator).json()


@contextmanager
def site_on_postgres(folder: Path, sabotage: str = "") -> Iterator[Site]:
    with ExitStack() as stack:
        url = stack.enter_context(fresh_postgres())
        environment = QUIET | {"DATABASE_URL": url, "SABOTAGE": sabotage}
        extra = {"command": SABOTEUR} if sabotage else {}
        servers = []
        for name in ("one", "two"):
            (folder / name).mkdir()
            server = Server(folder / name, environment, **extra)
            servers.append(stack.enter_context(server))
        yield Site(servers, url)


def statuses(answers: list[requests.Response]) -> Counter[int]:
    return Counter(answer.status_code for answer in answers)


def count_is_right(site: Site, session: int) -> bool:
    counted = f"""
        SELECT participant_count = (SELECT count(*) FROM sessions_app_participant
                                    WHERE session_id = {session} AND left_at IS NULL)
        FROM sessions_app_session WHERE id = {session}"""
    return bool(rows(site.url, counted)[0][0])
