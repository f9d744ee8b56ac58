"""A server, and the document's client for instructors and students."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Any

import pytest
import requests

from tests.document.shapes import DETAIL, ERROR, problem
from tests.support.server import Server

# The same day for the whole run, even if midnight passes meanwhile.
TODAY = datetime.now(UTC)


def in_days(days: int) -> str:
    """Return a date this many days ahead, in the document's format."""
    return (TODAY + timedelta(days=days)).strftime("%Y-%m-%dT16:00:00Z")


@dataclass(frozen=True)
class Client:
    """A person's browser, which calls `fetch` as in the document's examples."""

    server: Server
    token: str
    id: int

    def get(self, path: str, params: Any = None) -> requests.Response:
        return self.server.call("GET", path, self.token, params=params)

    def post(self, path: str, body: Any = None) -> requests.Response:
        """Send JSON's content type even without a body, as the examples do."""
        headers = {"Content-Type": "application/json"}
        return self.server.call("POST", path, self.token, headers=headers, json=body)

    def put(self, path: str, body: Any) -> requests.Response:
        return self.server.call("PUT", path, self.token, json=body)

    def delete(self, path: str) -> requests.Response:
        return self.server.call("DELETE", path, self.token)

    def publish(self, **changes: Any) -> int:
        """Create a session as in "Create Session", and return its id."""
        body = {
            "title": "React Hooks Workshop",
            "description": "Learn useState, useEffect, and custom hooks",
            "date": in_days(20),
            "max_participants": 6,
        } | changes
        answer = self.post("/api/sessions/", body)
        return answered(answer, 201, DETAIL)["id"]

    def do(self, session: int, *actions: str) -> None:
        """Post the actions that prepare a session for a test."""
        for action in actions:
            assert self.post(f"/api/sessions/{session}/{action}/").ok, action


def answered(answer: requests.Response, status: int, shape: Any) -> Any:
    """Check the status and the shape of an answer, and return its JSON."""
    assert answer.status_code == status, answer.text
    assert answer.headers["Content-Type"] == "application/json"
    body = answer.json()
    assert problem(shape, body) == ""
    return body


def refused(answer: requests.Response, status: int, code: str = "") -> str:
    """Check a refusal, and return its sentence, which the document's client shows."""
    body = answered(answer, status, ERROR)
    assert body["error"].strip()
    if code:
        assert body["code"] == code
    return body["error"]


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """One server for all tests of a process. Each test creates its own sessions."""
    quiet = {"DEMO_DATA": "0", "DISABLE_THROTTLING": "1"}
    with Server(tmp_path_factory.mktemp("document"), quiet) as running:
        yield running


@pytest.fixture(scope="session")
def newcomer(server: Server) -> Callable[[str], Client]:
    """`newcomer("student")`: register a person."""
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
    """An instructor who hasn't created the session."""
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
