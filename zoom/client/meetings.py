"""Zoom meetings: create one, end one, and list those that this server created."""

from __future__ import annotations

import logging
import re
import secrets
import string
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any
from urllib.parse import quote

from django.conf import settings

from core.deadline import Deadline
from core.errors import APIError
from core.observability import metrics
from zoom.client import tokens
from zoom.client.calls import expect, repeat
from zoom.client.errors import ZOOM_FAILED
from zoom.client.transport import ZoomResponse, send

logger = logging.getLogger(__name__)

MAX_TOPIC = 200
MAX_URL = 1000
MAX_PASSCODE = 64
MAX_PAGE_SIZE = 300
SCHEDULED = 2
DOES_NOT_EXIST = 3001
# Follows the marker in a meeting's agenda, so that foreign meetings aren't mistaken for ours.
SIGNATURE = "(made by the tutoring sessions server)"
MARKED = re.compile(rf"(\S+) {re.escape(SIGNATURE)}")
# The host isn't present, so nobody could admit people from a waiting room.
JOIN_WITHOUT_HOST = {"waiting_room": False, "join_before_host": True, "jbh_time": 0}


@dataclass(frozen=True)
class Meeting:
    """A meeting at Zoom. Its `start_url` would make anyone the host, so it is never stored.

    Attributes:
        id: up to 20 digits.
        join_url: up to 1,000 characters.
        password: up to 64 characters, "" if the meeting has none.
    """

    id: str
    join_url: str = field(repr=False)
    password: str = field(repr=False)


def hosts() -> list[str]:
    """Return the Zoom users who host the meetings."""
    return [user.strip() for user in settings.ZOOM_HOST_USERS if user.strip()]


@metrics.measure_call("zoom", "create_meeting")
def create_meeting(
    *, topic: str, marker: str, host: str, starts_at: datetime, deadline: Deadline
) -> Meeting:
    """Create a scheduled meeting that people can join before the host.

    Args:
        topic: the title at Zoom, shortened to the length that Zoom accepts.
        marker: one word that identifies the meeting for `marked_meetings`.
        host: one of `hosts()`.

    Raises:
        APIError: one of the codes `zoom_…`. After `zoom_timeout` and `zoom_failed` the meeting
            may exist nevertheless.
    """
    body = {
        "topic": topic[:MAX_TOPIC],
        "agenda": f"{marker} {SIGNATURE}",
        "type": SCHEDULED,
        "start_time": starts_at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
        "password": passcode(),
        "settings": JOIN_WITHOUT_HOST,
    }
    answer = call("POST", meetings_of(host), deadline=deadline, repeatable=False, json=body)
    made = expect(201, answer, "a meeting").json
    report_overridden(made)
    return read_meeting({"password": body["password"]} | made)


@metrics.measure_call("zoom", "end_meeting")
def end_meeting(meeting_id: str, *, deadline: Deadline) -> None:
    """End a meeting if it is running, and delete it. A meeting that is already gone is no error.

    Raises:
        APIError: one of the codes `zoom_…`.
    """
    address = f"/meetings/{quote(meeting_id, safe='')}"
    ended = call("PUT", f"{address}/status", deadline=deadline, json={"action": "end"})
    # Zoom may answer 400 or 404 for a meeting that never began; the deletion shows if it is gone.
    if ended.status not in {400, 404}:
        expect(204, ended, "to end a meeting")
    deleted = call("DELETE", address, deadline=deadline)
    if not is_gone(deleted):
        expect(204, deleted, "to delete a meeting")


@metrics.measure_call("zoom", "list_meetings")
def marked_meetings(host: str, *, deadline: Deadline) -> list[tuple[str, str]]:
    """Return a host's scheduled meetings that this server created, as (meeting id, marker) pairs.

    Raises:
        APIError: one of the codes `zoom_…`.
    """
    found: list[tuple[str, str]] = []
    query: dict[str, str | int] = {"type": "scheduled", "page_size": MAX_PAGE_SIZE}
    while True:
        answer = call("GET", meetings_of(host), deadline=deadline, params=query)
        page = expect(200, answer, "a list of meetings").json
        found += [pair for row in rows_of(page) if (pair := read_marked(row))]
        following = page.get("next_page_token")
        if not (isinstance(following, str) and following):
            return found
        query["next_page_token"] = following


def call(
    method: str, path: str, *, deadline: Deadline, repeatable: bool = True, **content: Any
) -> ZoomResponse:
    """Call Zoom with our access token, and once more with a new one if that is refused."""

    def attempt(token: str) -> ZoomResponse:
        return repeat(
            lambda: send(
                method,
                settings.ZOOM_BASE_URL.rstrip("/") + path,
                deadline=deadline,
                headers={"Authorization": f"Bearer {token}"},
                **content,
            ),
            deadline=deadline,
            repeatable=repeatable,
        )

    token = tokens.access_token(deadline)
    answer = attempt(token)
    if answer.status != 401:
        return answer
    tokens.drop(token)
    return attempt(tokens.access_token(deadline))


def meetings_of(host: str) -> str:
    return f"/users/{quote(host, safe='')}/meetings"


def passcode() -> str:
    """Return ten random characters, the maximum length at Zoom."""
    return "".join(secrets.choice(string.ascii_letters + string.digits) for _ in range(10))


def report_overridden(made: Mapping[str, Any]) -> None:
    """Log the settings that the account's policy overrides: people may be unable to join."""
    got = made.get("settings")
    if not isinstance(got, dict):
        return
    overridden = sorted(
        name
        for name in JOIN_WITHOUT_HOST
        if got.get(name, JOIN_WITHOUT_HOST[name]) != JOIN_WITHOUT_HOST[name]
    )
    if overridden:
        logger.warning("Zoom's account policy overrides settings: %s.", ", ".join(overridden))


def read_meeting(made: Mapping[str, Any]) -> Meeting:
    """Return the meeting in Zoom's response, or raise `zoom_failed` if it can't be joined."""
    meeting_id, url, password = read_id(made), made.get("join_url"), made.get("password")
    if not (meeting_id and is_address(url) and is_text(password, MAX_PASSCODE)):
        logger.error("Zoom's answer has no meeting that can be joined.")
        raise APIError(ZOOM_FAILED)
    return Meeting(id=meeting_id, join_url=str(url), password=str(password))


def read_id(row: Mapping[str, Any]) -> str:
    """Return a meeting's number, or "" if there is none."""
    number = str(row.get("id"))
    return number if re.fullmatch(r"[0-9]{1,20}", number) else ""


def is_address(value: object) -> bool:
    return is_text(value, MAX_URL) and bool(re.fullmatch(r"https?://\S+", str(value)))


def is_text(value: object, longest: int) -> bool:
    return isinstance(value, str) and len(value) <= longest and value.isprintable()


def rows_of(page: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Return the meetings of a page.

    Raises:
        APIError: `zoom_failed` if it isn't a page. An empty list would mean that there are none.
    """
    rows = page.get("meetings")
    if not isinstance(rows, list):
        logger.error("Zoom's answer has no list of meetings.")
        raise APIError(ZOOM_FAILED)
    return [row for row in rows if isinstance(row, dict)]


def read_marked(row: Mapping[str, Any]) -> tuple[str, str] | None:
    """Return a meeting's id and marker, or None if this server didn't create it."""
    meeting_id, marked = read_id(row), MARKED.match(str(row.get("agenda")))
    return (meeting_id, marked[1]) if meeting_id and marked else None


def is_gone(answer: ZoomResponse) -> bool:
    return answer.status == 404 and answer.code == DOES_NOT_EXIST
