"""A server, and the document's client in the hands of instructors and students."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Any

import pytest
import requests

from tests.document.shapes import DETAIL, ERROR, problem
from tests.server import Server

# One day for the whole run, also where midnight passes in it.
TODAY = datetime.now(UTC)


def in_days(days: int) -> str:
    """A date as the document writes it, so many days ahead."""
    return (TODAY + timedelta(days=days)).strftime("%Y-%m-%dT16:00:00Z")


@dataclass(frozen=True)
class Client:
    """Somebody's browser, which calls `fetch` as the document's examples do."""

    server: Server
    token: str
    id: int

    def get(self, path: str, params: Any = None) -> requests.Response:
        return self.server.call("GET", path, self.token, params=params)

    def post(self, path: str, body: Any = None) -> requests.Response:
        """The examples without a body say all the same that it is JSON."""
        headers = {"Content-Type": "application/json"}
        return self.server.call("POST", path, self.token, headers=headers, json=body)

    def put(self, path: str, body: Any) -> requests.Response:
        return self.server.call("PUT", path, self.token, json=body)

    def delete(self, path: str) -> requests.Response:
        return self.server.call("DELETE", path, self.token)

    def publish(self, **changes: Any) -> int:
        """A session as in "Create Session"; its id."""
        body = {
            "title": "React Hooks Workshop",
            "description": "Learn useState, useEffect, and custom hooks",
            "date": in_days(20),
            "max_participants": 6,
        } | changes
        answer = self.post("/api/sessions/", body)
        return answered(answer, 201, DETAIL)["id"]

    def act(self, session: int, *acts: str) -> None:
        """Actions on the way to what a test is about."""
        for act in acts:
            assert self.post(f"/api/sessions/{session}/{act}/").ok, act


def answered(answer: requests.Response, status: int, shape: Any) -> Any:
    """The JSON of an answer that is as the document shows it."""
    assert answer.status_code == status, answer.text
    assert answer.headers["Content-Type"] == "application/json"
    body = answer.json()
    assert problem(shape, body) == ""
    return body


def refused(answer: requests.Response, status: int, code: str = "") -> str:
    """The sentence of a refusal: what the document's client shows as `error.error`."""
    body = answered(answer, status, ERROR)
    assert body["error"].strip()
    if code:
        assert body["code"] == code
    return body["error"]


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """One for all tests of a process; each brings people and sessions of its own."""
    quiet = {"DEMO_DATA": "0", "DISABLE_THROTTLING": "1"}
    with Server(tmp_path_factory.mktemp("document"), quiet) as running:
        yield running


@pytest.fixture(scope="session")
def newcomer(server: Server) -> Callable[[str], Client]:
    """`newcomer("student")`: somebody who has just signed up."""
    numbers = count(1)

    def sign_up(role: str) -> Client:
        token = server.register(f"{role}{next(numbers)}", role)
        return Client(server, token, server.call("GET", "/api/auth/me/", token).json()["id"])

    return sign_up


@pytest.fixture(scope="session")
def instructor(newcomer: Callable[[str], Client]) -> Client:
    return newcomer("instructor")


@pytest.fixture(scope="session")
def colleague(newcomer: Callable[[str], Client]) -> Client:
    """An instructor whose sessions the others aren't."""
    return newcomer("instructor")


@pytest.fixture(scope="session")
def student(newcomer: Callable[[str], Client]) -> Client:
    return newcomer("student")


@pytest.fixture(scope="session")
def friend(newcomer: Callable[[str], Client]) -> Client:
    return newcomer("student")


@pytest.fixture(scope="session")
def third(newcomer: Callable[[str], Client]) -> Client:
    return newcomer("student")
