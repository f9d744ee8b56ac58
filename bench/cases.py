"""What is asked: for each case many requests, of many people, drawn with a seed.

Reads may be repeated without end. A write can be done once: its requests are all different, and
each server, in each round, gets others.
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

SEED = 20_26
READERS = 2_000
# Different requests of a read.
READS = 4_000
# Of a write that is done once: enough for some minutes at the rate of the floor.
MOST_WRITES = 120_000


@dataclass(frozen=True, slots=True)
class Ask:
    """One request, before it has a token.

    Attributes:
        person: the id of who asks.
        body: what is sent as JSON; None for no body.
    """

    person: int
    path: str
    method: str = "GET"
    body: Any = None


@dataclass
class Site:
    """A filled database, of which the cases draw people and sessions."""

    connection: psycopg.Connection[Any]
    url: str
    lots: random.Random = field(default_factory=random.Random)
    tokens: dict[int, str] = field(default_factory=dict)

    def rows(self, query: str, **parts: object) -> list[tuple[Any, ...]]:
        return self.connection.execute(query.format(**parts)).fetchall()

    @cached_property
    def people(self) -> list[int]:
        """Some of those who have accounts."""
        ids = [row[0] for row in self.rows("SELECT id FROM accounts_user ORDER BY id")]
        return random.Random(SEED).sample(ids, min(READERS, len(ids)))

    def asked_by_anybody(self, paths: list[str]) -> list[Ask]:
        """Requests of these paths, in any order, each by anybody."""
        return [Ask(self.lots.choice(self.people), self.lots.choice(paths)) for _ in range(READS)]

    def sign_in(self, people: set[int]) -> dict[int, str]:
        """The tokens of these people, and of those who have been signed in before."""
        missing = sorted(people - self.tokens.keys())
        self.tokens |= tokens.issue(self.url, missing) if missing else {}
        return self.tokens


def filters(site: Site) -> list[str]:
    """The filters of a search form, filled in differently."""
    day = datetime.now(UTC).date()
    return [
        f"/api/sessions/?status=upcoming,scheduled&level={level}&subject={subject}"
        f"&date_from={day + timedelta(days=days)}"
        for level in ("beginner", "intermediate")
        for subject in ("math", "algebra", "history", "chem", "s")
        for days in range(1, 60, 7)
    ]


def details(site: Site) -> list[Ask]:
    return site.asked_by_anybody([f"/api/sessions/{pk}/" for (pk,) in site.rows(DETAILS)])


def notifications(site: Site) -> list[Ask]:
    busy = [person for (person,) in site.rows(BUSY)]
    return [Ask(site.lots.choice(busy), "/api/notifications/") for _ in range(READS)]


def conversations(site: Site) -> list[Ask]:
    talks = site.rows(TALKS)
    pairs = [site.lots.choice(talks) for _ in range(READS)]
    return [Ask(one, f"/v1/friends/{other}/messages/") for one, other in pairs]


def posts(query: str, path: str, body: Any = None, **parts: object) -> Callable[[Site], list[Ask]]:
    """A write for each row of the query: (who, what), as in the path's `{}`."""

    def make(site: Site) -> list[Ask]:
        rows = site.rows(query, most=MOST_WRITES, **parts)
        return [Ask(who, path.format(what), "POST", body) for who, what in rows]

    return make


def approvals(site: Site) -> list[Ask]:
    return [
        Ask(who, f"/api/sessions/{pk}/approve_request/", "POST", {"user_id": asker})
        for who, pk, asker in site.rows(PENDING, most=MOST_WRITES)
    ]


@dataclass(frozen=True, slots=True)
class Case:
    """Requests of one kind.

    Attributes:
        compared: the baselines answer it, too.
        repeat: its requests can be sent again and again.
    """

    name: str
    make: Callable[[Site], list[Ask]]
    compared: bool = True
    repeat: bool = True


CASES = {
    case.name: case
    for case in (
        Case("list20", lambda site: site.asked_by_anybody(["/api/sessions/"])),
        Case("list100", lambda site: site.asked_by_anybody(["/api/sessions/?page_size=100"])),
        Case("filtered", lambda site: site.asked_by_anybody(filters(site))),
        Case("detail", details),
        Case("notifications", notifications),
        Case("my_sessions", lambda site: site.asked_by_anybody(["/api/sessions/my_sessions/"])),
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


class Asks:
    """The requests of a case on a site, and the tokens of those who ask."""

    def __init__(self, case: Case, site: Site) -> None:
        self.case = case
        # By its name, so that a case asks the same whichever others are measured.
        site.lots.seed(f"{SEED} {case.name}")
        self.unused = case.make(site)
        self.tokens = site.sign_in({ask.person for ask in self.unused})

    def take(self, most: int) -> list[Ask]:
        """The next ones; of a write they are used up, and there may be fewer."""
        taken = self.unused[:most]
        self.unused = self.unused[most:] + (taken if self.case.repeat else [])
        return taken

    def parts(self, number: int) -> list[list[bytes]]:
        """As they go over the wire, in so many parts: all in each or, of a write, each in one."""
        written = [wire(ask, self.tokens[ask.person]) for ask in self.unused]
        if self.case.repeat:
            return [written] * number
        size = len(written) // number
        return [written[size * part : size * (part + 1)] for part in range(number)]


def wire(ask: Ask, token: str) -> bytes:
    body = b"" if ask.body is None else json.dumps(ask.body).encode()
    head = [
        f"{ask.method} {ask.path} HTTP/1.1",
        "Host: 127.0.0.1",
        "Accept: application/json",
        f"Authorization: Bearer {token}",
    ]
    if ask.method != "GET":
        head += [f"Content-Length: {len(body)}", "Content-Type: application/json"]
    return "\r\n".join([*head, "", ""]).encode() + body
