"""A fake Zoom on loopback, with tokens, meetings and hosts. It refuses requests that Zoom would
refuse, and can misbehave in all the ways of a remote service (`tests/support/zoom_behaviours.py`).

    with FakeZoom() as zoom:
        zoom.behave("create", answers(500), times=1)
"""

from __future__ import annotations

import json
import threading
from dataclasses import dataclass, field
from itertools import count
from typing import Any, Self
from urllib.parse import unquote

from tests.support.fake_zoom_http import Call, Loopback
from tests.support.zoom_behaviours import Behaviour
from tests.support.zoom_requests import (
    ACCOUNT,
    CLIENT_ID,
    CLIENT_SECRET,
    Recorded,
    Reply,
    complaints_about,
    subject,
)


@dataclass
class FakeZoom:
    """`with FakeZoom() as zoom:` serves on `zoom.base_url` and `zoom.oauth_url`.

    Attributes:
        hosts: the account's users.
        meetings: number → the request that created it, and its host.
        running: the numbers of the meetings that are running.
        overrides: settings that the account's policy overrides.
        page_limit: the most meetings on one page of a list.
        requests: all received requests.
        complaints: what was wrong with the requests; tests expect none.
    """

    hosts: set[str] = field(default_factory=lambda: {"me"})
    meetings: dict[int, dict[str, Any]] = field(default_factory=dict)
    running: set[int] = field(default_factory=set)
    tokens: set[str] = field(default_factory=set)
    overrides: dict[str, Any] = field(default_factory=dict)
    page_limit: int = 300
    requests: list[Recorded] = field(default_factory=list)
    complaints: list[str] = field(default_factory=list)
    next_behaviours: dict[str, list[Behaviour]] = field(default_factory=dict)
    behaviours: dict[str, Behaviour] = field(default_factory=dict)
    port: int = 0
    issued: int = 0
    numbers: count[int] = field(default_factory=lambda: count(85_746_065_001))
    lock: threading.RLock = field(default_factory=threading.RLock)
    closing: threading.Event = field(default_factory=threading.Event)

    def __enter__(self) -> Self:
        self.server = Loopback(("127.0.0.1", self.port), type("Bound", (Call,), {"zoom": self}))
        threading.Thread(target=self.server.serve_forever, args=(0.005,), daemon=True).start()
        return self

    def __exit__(self, *error: object) -> None:
        self.closing.set()
        self.server.shutdown()
        self.server.server_close()

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.server.server_port}"

    @property
    def base_url(self) -> str:
        return f"{self.address}/v2"

    @property
    def oauth_url(self) -> str:
        return f"{self.address}/oauth/token"

    @property
    def environment(self) -> dict[str, str]:
        """The environment of a server that uses this fake."""
        return {
            "ZOOM_ACCOUNT_ID": ACCOUNT,
            "ZOOM_API_KEY": CLIENT_ID,
            "ZOOM_API_SECRET": CLIENT_SECRET,
            "ZOOM_BASE_URL": self.base_url,
            "ZOOM_OAUTH_URL": self.oauth_url,
        }

    def behave(self, operation: str, behaviour: Behaviour, *, times: int | None = None) -> None:
        """Misbehave for an operation, this many times; by default until `calm`."""
        if times is None:
            self.behaviours[operation] = behaviour
        else:
            self.next_behaviours.setdefault(operation, []).extend([behaviour] * times)

    def configure(self, settings: Any) -> None:
        """Configure this process to use the fake."""
        for name, value in self.environment.items():
            setattr(settings, name, value)

    def calm(self) -> None:
        """Stop misbehaving."""
        self.next_behaviours.clear()
        self.behaviours.clear()

    def asked(self, operation: str) -> list[Recorded]:
        """Return the requests for one operation."""
        return [each for each in self.requests if each.operation == operation]

    def behaviour_for(self, operation: str) -> Behaviour | None:
        with self.lock:
            following = self.next_behaviours.get(operation)
            return following.pop(0) if following else self.behaviours.get(operation)

    # ── Correct answers ──────────────────────────────────────────────────────────────────────

    def answer(self, recorded: Recorded) -> Reply:
        """Carry out the request, and return the status and the body of the reply."""
        with self.lock:
            found = complaints_about(recorded)
            self.complaints += found
            if found:
                recorded.reply = refusal(400, 300, "; ".join(found))
            elif recorded.operation == "token":
                recorded.reply = self.issue_token()
            elif recorded.headers["authorization"].removeprefix("Bearer ") not in self.tokens:
                recorded.reply = refusal(401, 124, "Invalid access token.")
            else:
                operation = getattr(self, f"do_{recorded.operation}")
                recorded.reply = operation(recorded, unquote(subject(recorded)))
            return recorded.reply

    def issue_token(self) -> Reply:
        self.issued += 1
        token = f"secret-token-{self.issued}"
        self.tokens.add(token)
        return 200, {
            "access_token": token,
            "token_type": "bearer",
            "expires_in": 3600,
            "scope": "meeting:write:meeting:admin",
            "api_url": self.address,
        }

    def do_create(self, recorded: Recorded, host: str) -> Reply:
        if host not in self.hosts:
            return refusal(404, 1001, f"User does not exist: {host}.")
        wanted = json.loads(recorded.body)
        number = next(self.numbers)
        self.meetings[number] = wanted | {"host": host}
        return 201, {
            "id": number,
            "topic": wanted["topic"],
            "agenda": wanted["agenda"],
            "type": wanted["type"],
            "start_time": wanted["start_time"],
            "join_url": f"https://zoom.example/j/{number}?pwd=secret-pwd",
            "start_url": f"https://zoom.example/s/{number}?zak=secret-zak",
            "password": wanted["password"],
            "settings": wanted["settings"] | self.overrides,
        }

    def do_list(self, recorded: Recorded, host: str) -> Reply:
        if host not in self.hosts:
            return refusal(404, 1001, f"User does not exist: {host}.")
        rows = [
            {"id": number, "type": 2, "topic": made["topic"], "agenda": made["agenda"][:250]}
            for number, made in sorted(self.meetings.items())
            if made["host"] == host
        ]
        size = min(int(recorded.query.get("page_size", "30")), self.page_limit)
        start = int(recorded.query.get("next_page_token") or 0)
        following = str(start + size) if start + size < len(rows) else ""
        return 200, {
            "page_size": size,
            "total_records": len(rows),
            "next_page_token": following,
            "meetings": rows[start : start + size],
        }

    def do_end(self, recorded: Recorded, number: str) -> Reply:
        if int(number) not in self.meetings:
            return refusal(404, 3001, f"Meeting does not exist: {number}.")
        if int(number) not in self.running:
            return refusal(400, 3000, "The meeting has not begun.")
        self.running.remove(int(number))
        return 204, None

    def do_delete(self, recorded: Recorded, number: str) -> Reply:
        if int(number) not in self.meetings:
            return refusal(404, 3001, f"Meeting does not exist: {number}.")
        if int(number) in self.running:
            return refusal(400, 3002, "You cannot delete this meeting since it's in progress.")
        del self.meetings[int(number)]
        return 204, None


def refusal(status: int, code: int, message: str) -> Reply:
    return status, {"code": code, "message": message}
