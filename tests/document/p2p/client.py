"""A client of our own that does what the document's TypeScript client and form do."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import requests

from tests.document.conftest import answered
from tests.document.p2p.shapes import DETAIL, MATERIAL, NOTIFICATION
from tests.server import Server

# What the form's fields hold (and `formData` is sent with).
FORM_FIELDS = ("title", "description", "subject", "level", "date", "duration", "max_participants")
PASSWORD = "a-good-password-26"
BEGAN = datetime.now(UTC)


def in_days(days: int) -> str:
    """A day, counted from the one on which the tests began, whatever midnights they see."""
    return (BEGAN + timedelta(days=days)).strftime("%Y-%m-%d")


def browser_offset(zone: str, at: datetime) -> int:
    """What JavaScript's `getTimezoneOffset()` gives in that zone: minutes from local to UTC."""
    ahead = at.astimezone(ZoneInfo(zone)).utcoffset()
    assert ahead is not None
    return int(-ahead.total_seconds() // 60)


@dataclass
class Browser:
    """Somebody at the document's frontend. Its storage is `access` and `refresh`.

    Attributes:
        zone: where the browser is.
        refreshed: how often an access token was renewed.
    """

    server: Server
    id: int
    access: str
    refresh: str
    zone: str = "UTC"
    refreshed: int = 0

    @classmethod
    def of_a_newcomer(cls, server: Server, username: str, names: str = "") -> Browser:
        """Somebody who has just signed up, `names` being the first and the last."""
        first, _, last = names.partition(" ")
        body = {"username": username, "email": f"{username}@example.com", "password": PASSWORD}
        if names:
            body |= {"first_name": first, "last_name": last}
        made = server.call("POST", "/api/auth/register/", json=body).json()
        return cls(server, made["user"]["id"], made["access"], made["refresh"])

    def send(self, method: str, path: str, body: Any = None) -> requests.Response:
        return self.server.call(method, f"/api{path}", self.access, json=body)

    def call(self, method: str, path: str, body: Any = None) -> requests.Response:
        """As the two interceptors do: a 401 renews the access token, and only that, once."""
        answer = self.send(method, path, body)
        if answer.status_code != 401:
            return answer
        renewed = self.server.call(
            "POST", "/api/auth/token/refresh/", json={"refresh": self.refresh}
        )
        if not renewed.ok:
            return answer
        self.access = renewed.json()["access"]
        self.refreshed += 1
        return self.send(method, path, body)

    def like(self, **changes: Any) -> Browser:
        """The same person at another browser, or later."""
        return replace(self, **changes)

    def offset(self) -> dict[str, int]:
        """What the client adds to a session that it saves: the offset of the day it saves it."""
        return {"timezone_offset": browser_offset(self.zone, datetime.now(UTC))}

    def create(self, **data: Any) -> requests.Response:
        return self.call("POST", "/sessions/", data | self.offset())

    def update(self, session: int, **data: Any) -> requests.Response:
        return self.call("PUT", f"/sessions/{session}/", data | self.offset())

    def offer(self, **changes: Any) -> dict[str, Any]:
        """A new session, filled in as the form would be; its detail."""
        form = {
            "title": "Advanced Python Programming",
            "description": "Learn advanced Python concepts",
            "subject": "Programming",
            "level": "advanced",
            "date": f"{in_days(20)}T14:00",
            "duration": 90,
            "max_participants": 15,
        }
        return answered(self.create(**(form | changes)), 201, DETAIL)

    def detail(self, session: int) -> dict[str, Any]:
        return answered(self.call("GET", f"/sessions/{session}/"), 200, DETAIL)

    def submit_form(self, session: dict[str, Any], **edits: Any) -> dict[str, Any]:
        """Open the form with a session, edit some fields and save it: it shows the UTC date,
        `toISOString().slice(0, 16)`, as if it were local."""
        form = {name: session[name] for name in FORM_FIELDS} | {"date": session["date"][:16]}
        return answered(self.update(session["id"], **(form | edits)), 200, DETAIL)

    def ask(self, session: int, **body: Any) -> requests.Response:
        return self.call("POST", f"/sessions/{session}/join/", body)

    def decide(self, decision: str, session: int, user: int) -> requests.Response:
        return self.call("POST", f"/sessions/{session}/{decision}_request/", {"user_id": user})

    def upload(self, session: int, file: tuple[str, bytes], **form: str) -> requests.Response:
        """`uploadMaterial`: a `FormData`, for which axios makes the body and its boundary."""
        path = f"/api/sessions/{session}/materials/"
        return self.server.call("POST", path, self.access, data=form, files={"file": file})

    def materials(self, session: int) -> list[dict[str, Any]]:
        return answered(self.call("GET", f"/sessions/{session}/materials/"), 200, [MATERIAL])

    def notifications(self, session: int | None = None) -> list[dict[str, Any]]:
        """One's notifications, newest first; those of a session if it is given."""
        told = answered(self.call("GET", "/notifications/"), 200, [NOTIFICATION])
        return [each for each in told if session is None or each["session"] == session]
