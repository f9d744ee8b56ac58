"""A Python client that does the same as the document's TypeScript client and form."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import requests

from tests.document.conftest import answered
from tests.document.p2p.shapes import DETAIL, MATERIAL, NOTIFICATION
from tests.support.server import Server

# The fields of the form, which `formData` consists of.
FORM_FIELDS = ("title", "description", "subject", "level", "date", "duration", "max_participants")
PASSWORD = "a-good-password-26"
BEGAN = datetime.now(UTC)


def in_days(days: int) -> str:
    """Return the day this many days after the tests began, even if midnight passes meanwhile."""
    return (BEGAN + timedelta(days=days)).strftime("%Y-%m-%d")


def browser_offset(zone: str, at: datetime) -> int:
    """Return JavaScript's `getTimezoneOffset()` in this zone: minutes from local time to UTC."""
    ahead = at.astimezone(ZoneInfo(zone)).utcoffset()
    assert ahead is not None
    return int(-ahead.total_seconds() // 60)


@dataclass
class Browser:
    """A person's browser with the document's frontend, which stores `access` and `refresh`.

    Attributes:
        zone: the browser's time zone.
        refreshed: how many times the access token was renewed.
    """

    server: Server
    id: int
    access: str
    refresh: str
    zone: str = "UTC"
    refreshed: int = 0

    @classmethod
    def of_a_newcomer(cls, server: Server, username: str, names: str = "") -> Browser:
        """Register a person; `names` is their first name and last name."""
        first, _, last = names.partition(" ")
        body = {"username": username, "email": f"{username}@example.com", "password": PASSWORD}
        if names:
            body |= {"first_name": first, "last_name": last}
        made = server.call("POST", "/api/auth/register/", json=body).json()
        return cls(server, made["user"]["id"], made["access"], made["refresh"])

    def send(self, method: str, path: str, body: Any = None) -> requests.Response:
        return self.server.call(method, f"/api{path}", self.access, json=body)

    def call(self, method: str, path: str, body: Any = None) -> requests.Response:
        """Send a request like the two interceptors: after a 401, renew the access token and send
        the request once more."""
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
        """Return the same person's browser with some changes."""
        return replace(self, **changes)

    def offset(self) -> dict[str, int]:
        """Return what the client adds to a session that it saves: the offset on that day."""
        return {"timezone_offset": browser_offset(self.zone, datetime.now(UTC))}

    def create(self, **data: Any) -> requests.Response:
        return self.call("POST", "/sessions/", data | self.offset())

    def update(self, session: int, **data: Any) -> requests.Response:
        return self.call("PUT", f"/sessions/{session}/", data | self.offset())

    def offer(self, **changes: Any) -> dict[str, Any]:
        """Create a session with the form's fields, and return its detail."""
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
        """Open the form with a session, edit some fields and save it. The form shows the UTC date,
        `toISOString().slice(0, 16)`, as if it were local."""
        form = {name: session[name] for name in FORM_FIELDS} | {"date": session["date"][:16]}
        return answered(self.update(session["id"], **(form | edits)), 200, DETAIL)

    def ask(self, session: int, **body: Any) -> requests.Response:
        return self.call("POST", f"/sessions/{session}/join/", body)

    def decide(self, decision: str, session: int, user: int) -> requests.Response:
        return self.call("POST", f"/sessions/{session}/{decision}_request/", {"user_id": user})

    def upload(self, session: int, file: tuple[str, bytes], **form: str) -> requests.Response:
        """Send a `FormData` as `uploadMaterial` does; axios creates the body with its boundary."""
        path = f"/api/sessions/{session}/materials/"
        return self.server.call("POST", path, self.access, data=form, files={"file": file})

    def materials(self, session: int) -> list[dict[str, Any]]:
        return answered(self.call("GET", f"/sessions/{session}/materials/"), 200, [MATERIAL])

    def notifications(self, session: int | None = None) -> list[dict[str, Any]]:
        """Return the person's notifications, newest first, by default about all sessions."""
        found = answered(self.call("GET", "/notifications/"), 200, [NOTIFICATION])
        return [each for each in found if session is None or each["session"] == session]
