"""The requests that Zoom accepts, written by hand from the description of its API. Each request of
the client is checked against them: an additional part is an error, like a missing one."""

from __future__ import annotations

import base64
import json
import re
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qs

ACCOUNT = "the-account"
CLIENT_ID = "the-client"
CLIENT_SECRET = "the-client-secret"

BASIC = "Basic " + base64.b64encode(f"{CLIENT_ID}:{CLIENT_SECRET}".encode()).decode()
START_TIME = r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}Z"
JOIN_WITHOUT_HOST = {"waiting_room": False, "join_before_host": True, "jbh_time": 0}


Reply = tuple[int, dict[str, Any] | None]

OPERATIONS = {
    "token": ("POST", r"/oauth/token"),
    "create": ("POST", r"/v2/users/([^/]+)/meetings"),
    "list": ("GET", r"/v2/users/([^/]+)/meetings"),
    "end": ("PUT", r"/v2/meetings/([0-9]+)/status"),
    "delete": ("DELETE", r"/v2/meetings/([0-9]+)"),
}


@dataclass
class Recorded:
    """A received request, and its reply; None if the fake misbehaved instead."""

    operation: str
    method: str
    path: str
    query: dict[str, str]
    headers: dict[str, str]
    body: bytes
    reply: Reply | None = None


def operation_of(method: str, path: str) -> str:
    fitting = (
        name
        for name, (verb, pattern) in OPERATIONS.items()
        if verb == method and re.fullmatch(pattern, path)
    )
    return next(fitting, "unknown")


def subject(recorded: Recorded) -> str:
    """Return the host or the meeting in the path."""
    found = re.fullmatch(OPERATIONS[recorded.operation][1], recorded.path)
    assert found is not None
    return found[1]


def complaints_about(recorded: Recorded) -> list[str]:
    """Return what is wrong with a request; [] if Zoom would accept it."""
    if recorded.operation == "unknown":
        return [f"no such operation: {recorded.method} {recorded.path}"]
    checks = {
        "token": token_request,
        "create": create_request,
        "list": list_request,
        "end": end_request,
        "delete": delete_request,
    }[recorded.operation](recorded)
    if recorded.operation != "token":
        bearer = recorded.headers.get("authorization", "")
        checks["a bearer token"] = bool(re.fullmatch(r"Bearer \S+", bearer))
    if recorded.operation != "list":
        checks["no query"] = recorded.query == {}
    checks["no cookies"] = "cookie" not in recorded.headers
    return [f"{recorded.operation}: expected {name}" for name, holds in checks.items() if not holds]


def token_request(recorded: Recorded) -> dict[str, bool]:
    form = {"grant_type": ["account_credentials"], "account_id": [ACCOUNT]}
    return {
        "the client's credentials": recorded.headers.get("authorization") == BASIC,
        "a form": recorded.headers.get("content-type") == "application/x-www-form-urlencoded",
        "the account": parse_qs(recorded.body.decode()) == form,
    }


def create_request(recorded: Recorded) -> dict[str, bool]:
    body = json_of(recorded)
    return {
        "JSON": recorded.headers.get("content-type") == "application/json",
        "exactly the known keys": set(body)
        == {"topic", "agenda", "type", "start_time", "password", "settings"},
        "a topic": is_text(body.get("topic"), 200),
        "an agenda": is_text(body.get("agenda"), 250),
        "a scheduled meeting": body.get("type") == 2,
        "a start in UTC": bool(re.fullmatch(START_TIME, str(body.get("start_time")))),
        "a passcode": is_text(body.get("password"), 10),
        "settings for joining without a host": body.get("settings") == JOIN_WITHOUT_HOST,
    }


def list_request(recorded: Recorded) -> dict[str, bool]:
    query = recorded.query
    return {
        "known parameters": set(query) <= {"type", "page_size", "next_page_token"},
        "scheduled meetings only": query.get("type") == "scheduled",
        "a page size from 1 to 300": 1 <= int(query.get("page_size", "30")) <= 300,
        "no body": recorded.body == b"",
    }


def end_request(recorded: Recorded) -> dict[str, bool]:
    return {
        "JSON": recorded.headers.get("content-type") == "application/json",
        "the action `end`": json_of(recorded) == {"action": "end"},
    }


def delete_request(recorded: Recorded) -> dict[str, bool]:
    return {"no body": recorded.body == b""}


def json_of(recorded: Recorded) -> dict[str, Any]:
    body = json.loads(recorded.body or b"null")
    return body if isinstance(body, dict) else {}


def is_text(value: object, longest: int) -> bool:
    return isinstance(value, str) and 1 <= len(value) <= longest
