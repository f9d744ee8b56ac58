"""The requests of each case: many requests of many people, chosen at random with a fixed seed.

Reads can be repeated. A write can be done only once: its requests are all different, and each
server gets other requests in each round.
"""

from __future__ import annotations

import json
import random
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import cached_property
from typing import Any

import psycopg

from bench import tokens
from bench.queries import BUSY, DETAILS, FREE, FRIENDS, PENDING, STARTABLE, TAKEN, TALKS
from bench.servers import Server

SEED = 20_26
READERS = 2_000
# The number of different requests of a read.
READS = 4_000
# The same for a write that is done once: enough for some minutes at the floor's rate.
MAX_WRITES = 120_000


@dataclass(frozen=True, slots=True)
class CaseRequest:
    """One request without its token.

    Attributes:
        person: the id of the person who sends it.
        body: the value that is sent as JSON; None for no body.
    """

    person: int
    path: str
    method: str = "GET"
    body: Any = None


@dataclass
class Site:
    """A filled database, from which the cases choose people and sessions.

    Attributes:
        tokens: for each server's database, by its URL: people's ids → access tokens.
    """

    connection: psycopg.Connection[Any]
    rng: random.Random = field(default_factory=random.Random)
    tokens: dict[str, dict[int, str]] = field(default_factory=dict)

    def rows(self, query: str, **parts: object) -> list[tuple[Any, ...]]:
        return self.connection.execute(query.format(**parts)).fetchall()

    @cached_property
    def people(self) -> list[int]:
        """Some of the people, at random."""
        ids = [row[0] for row in self.rows("SELECT id FROM accounts_user ORDER BY id")]
        return random.Random(SEED).sample(ids, min(READERS, len(ids)))

    def by_random_people(self, paths: list[str]) -> list[CaseRequest]:
        """Return requests for random paths of these, each by a random person."""
        return [
            CaseRequest(self.rng.choice(self.people), self.rng.choice(paths)) for _ in range(READS)
        ]

    def sign_in(self, server: Server, people: set[int]) -> dict[int, str]:
        """Return this server's tokens of these people, and of all who were signed in before."""
        known = self.tokens.setdefault(server.url, {})
        if missing := people - known.keys():
            known |= tokens.issue(server.checkout, server.url, sorted(missing))
        return known


def filters(site: Site) -> list[str]:
    """Return paths with different values for the filters of a search form."""
    day = datetime.now(UTC).date()
    return [
        f"/api/sessions/?status=upcoming,scheduled&level={level}&subject={subject}"
        f"&date_from={day + timedelta(days=days)}"
        for level in ("beginner", "intermediate")
        for subject in ("math", "algebra", "history", "chem", "s")
        for days in range(1, 60, 7)
    ]


def details(site: Site) -> list[CaseRequest]:
    return site.by_random_people([f"/api/sessions/{pk}/" for (pk,) in site.rows(DETAILS)])


def notifications(site: Site) -> list[CaseRequest]:
    busy = [person for (person,) in site.rows(BUSY)]
    return [CaseRequest(site.rng.choice(busy), "/api/notifications/") for _ in range(READS)]


def conversations(site: Site) -> list[CaseRequest]:
    talks = site.rows(TALKS)
    pairs = [site.rng.choice(talks) for _ in range(READS)]
    return [CaseRequest(one, f"/v1/friends/{other}/messages/") for one, other in pairs]


def posts(
    query: str, path: str, body: Any = None, **parts: object
) -> Callable[[Site], list[CaseRequest]]:
    """Return a function that makes a write for each row of the query: (person, value of the path's
    `{}`)."""

    def make(site: Site) -> list[CaseRequest]:
        rows = site.rows(query, limit=MAX_WRITES, **parts)
        return [CaseRequest(person, path.format(pk), "POST", body) for person, pk in rows]

    return make


def approvals(site: Site) -> list[CaseRequest]:
    return [
        CaseRequest(creator, f"/api/sessions/{pk}/approve_request/", "POST", {"user_id": asker})
        for creator, pk, asker in site.rows(PENDING, limit=MAX_WRITES)
    ]


@dataclass(frozen=True, slots=True)
class Case:
    """Requests of one kind.

    Attributes:
        compared: whether the baselines answer it, too.
        repeat: whether its requests can be sent more than once.
    """

    name: str
    make: Callable[[Site], list[CaseRequest]]
    compared: bool = True
    repeat: bool = True


CASES = {
    case.name: case
    for case in (
        Case("list20", lambda site: site.by_random_people(["/api/sessions/"])),
        Case("list100", lambda site: site.by_random_people(["/api/sessions/?page_size=100"])),
        Case("filtered", lambda site: site.by_random_people(filters(site))),
        Case("detail", details),
        Case("notifications", notifications),
        Case("my_sessions", lambda site: site.by_random_people(["/api/sessions/my_sessions/"])),
        Case("conversation", conversations),
        Case(
            "join",
            posts(
                FREE,
                "/api/sessions/{}/join/",
                places="max_participants - participant_count",
                condition="status = 'upcoming'",
            ),
            repeat=False,
        ),
        Case(
            "leave",
            posts(TAKEN, "/api/sessions/{}/leave/"),
            compared=False,
            repeat=False,
        ),
        Case(
            "book",
            posts(
                FREE,
                "/api/sessions/{}/join/",
                {"message": "May I come?"},
                places="5",
                condition="booking_mode = 'request' AND participant_count < max_participants AND"
                " status IN ('pending_approval', 'approved', 'scheduled')",
            ),
            compared=False,
            repeat=False,
        ),
        Case("approve", approvals, compared=False, repeat=False),
        Case("start", posts(STARTABLE, "/api/sessions/{}/start/"), compared=False, repeat=False),
        Case(
            "message",
            posts(FRIENDS, "/v1/friends/{}/messages/", {"text": "Shall we meet on Thursday?"}),
            compared=False,
        ),
    )
}


class CaseRequests:
    """The requests of a case on a site, and the people who send them."""

    def __init__(self, case: Case, site: Site) -> None:
        self.case = case
        self.site = site
        # The seed has the case's name, so that its requests don't depend on the other cases.
        site.rng.seed(f"{SEED} {case.name}")
        self.unused = case.make(site)
        self.people = {request.person for request in self.unused}

    def tokens(self, server: Server) -> dict[int, str]:
        """Return the people's access tokens for this server, by their ids."""
        return self.site.sign_in(server, self.people)

    def take(self, most: int) -> list[CaseRequest]:
        """Return the next requests. A write's requests are used up, so there may be fewer."""
        taken = self.unused[:most]
        self.unused = self.unused[most:] + (taken if self.case.repeat else [])
        return taken

    def parts(self, server: Server, number: int) -> list[list[bytes]]:
        """Return the requests to this server, encoded, in this number of parts. For a read, each
        part has all of them; for a write, each request is in one part only."""
        tokens = self.tokens(server)
        written = [wire(request, tokens[request.person]) for request in self.unused]
        if self.case.repeat:
            return [written] * number
        size = len(written) // number
        return [written[size * part : size * (part + 1)] for part in range(number)]


def wire(request: CaseRequest, token: str) -> bytes:
    body = b"" if request.body is None else json.dumps(request.body).encode()
    head = [
        f"{request.method} {request.path} HTTP/1.1",
        "Host: 127.0.0.1",
        "Accept: application/json",
        f"Authorization: Bearer {token}",
    ]
    if request.method != "GET":
        head += [f"Content-Length: {len(body)}", "Content-Type: application/json"]
    return "\r\n".join([*head, "", ""]).encode() + body
