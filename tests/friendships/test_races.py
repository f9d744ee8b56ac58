"""Two people who act on each other at the same moment (contract F1, F2), over real HTTP on
PostgreSQL. Each promise has a negative control: the same race without the safeguards, which passes
when a promise is broken."""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path

import pytest

from tests.support.databases import execute, fresh_postgres, rows
from tests.support.racing import at_once
from tests.support.server import Server

pytestmark = pytest.mark.postgres

ROUNDS = 30
TIMES = 6
SABOTEUR = [sys.executable, "-m", "tests.friendships.saboteur"]
UNGUARDED = "DROP INDEX friendship_one_row_for_a_pair"
EMPTY = "TRUNCATE friendships_friendship, friendships_block, notifications_notification"
REQUESTS = "/v1/friends/requests/"
FRIENDSHIPS = "SELECT status, since IS NOT NULL FROM friendships_friendship"
NOTIFIED = "SELECT event, count(*) FROM notifications_notification GROUP BY event ORDER BY event"

Act = tuple[str, str, str, object]  # method, path, token, body


class Pair:
    """A server, and Ada and Ben on it."""

    def __init__(self, server: Server, url: str) -> None:
        self.server, self.url = server, url
        self.ada, self.ben = server.register("ada"), server.register("ben")
        self.adas, self.bens = (self.id_of(token) for token in (self.ada, self.ben))
        self.ask_ben: Act = ("POST", REQUESTS, self.ada, {"user_id": self.bens})
        self.ask_ada: Act = ("POST", REQUESTS, self.ben, {"user_id": self.adas})
        self.block_ben: Act = ("POST", f"/v1/friends/{self.bens}/block/", self.ada, {})

    def id_of(self, token: str) -> int:
        number: int = self.server.call("GET", "/api/auth/me/", token).json()["id"]
        return number

    def request(self) -> int:
        """Reset the pair, and let Ben ask Ada; return the id of his request."""
        self.reset()
        method, path, token, body = self.ask_ada
        number: int = self.server.call(method, path, token, json=body).json()["id"]
        return number

    def reset(self) -> None:
        execute(self.url, EMPTY)

    def race(self, *acts: Act) -> Counter[int]:
        """Send each act several times, all at the same moment; return the answers' statuses."""
        calls = [
            partial(self.server.call, method, path, token, json=body)
            for method, path, token, body in acts * TIMES
        ]
        return Counter(answer.status_code for answer in at_once(calls))


@contextmanager
def pair_on_postgres(folder: Path, **server: list[str]) -> Iterator[Pair]:
    quiet = {"DISABLE_THROTTLING": "1", "DEMO_DATA": "0", "EMBEDDED_SCHEDULER": "0"}
    with (
        fresh_postgres() as url,
        Server(folder, quiet | {"DATABASE_URL": url}, **server) as started,
    ):
        yield Pair(started, url)


@pytest.fixture(scope="module")
def pair(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Pair]:
    with pair_on_postgres(tmp_path_factory.mktemp("site")) as made:
        yield made


@pytest.fixture(scope="module")
def unguarded(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Pair]:
    """A server without the lock, the compare-and-swap and the unique index."""
    with pair_on_postgres(tmp_path_factory.mktemp("unguarded"), command=SABOTEUR) as made:
        execute(made.url, UNGUARDED)
        yield made


def both_ask(pair: Pair) -> bool:
    """Both ask at once: whether there is one friendship, and each person was notified once."""
    pair.reset()
    answers = pair.race(pair.ask_ben, pair.ask_ada)
    return (
        answers == {201: 2, 400: 2 * TIMES - 2}
        and rows(pair.url, FRIENDSHIPS) == [("accepted", True)]
        and rows(pair.url, NOTIFIED) == [("friend_accepted", 1), ("friend_request", 1)]
    )


def answered_and_withdrawn(pair: Pair) -> bool:
    """A request is accepted, declined and withdrawn at once: whether only one of these succeeds."""
    path = f"{REQUESTS}{pair.request()}/"
    answers = pair.race(
        ("POST", f"{path}accept/", pair.ada, {}),
        ("POST", f"{path}decline/", pair.ada, {}),
        ("DELETE", path, pair.ben, {}),
    )
    [(status, friends)] = rows(pair.url, FRIENDSHIPS)
    return (
        answers[200] + answers[204] == 1
        and set(answers) <= {200, 204, 400, 404}
        and friends == (status == "accepted")
    )


def asked_and_blocked(pair: Pair) -> bool:
    """One asks while the other blocks: whether no request and no friendship remains. Their row
    exists already, so that the result doesn't depend on its creation."""
    pair.server.call("DELETE", f"{REQUESTS}{pair.request()}/", pair.ben)
    answers = pair.race(pair.ask_ada, pair.block_ben)
    return (
        answers[204] == TIMES
        and set(answers) <= {201, 204, 400, 403}
        and rows(pair.url, FRIENDSHIPS) == [("closed", False)]
    )


RACES = pytest.mark.parametrize("race", [both_ask, answered_and_withdrawn, asked_and_blocked])


@RACES
def test_acts_at_the_same_moment_have_a_consistent_result(pair: Pair, race) -> None:
    for _ in range(4):
        assert race(pair)


@RACES
def test_without_the_safeguards_the_result_is_inconsistent(unguarded: Pair, race) -> None:
    assert not all(race(unguarded) for _ in range(ROUNDS))
