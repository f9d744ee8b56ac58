"""Verifying and parsing Zoom's events. Pure functions, no database."""

from __future__ import annotations

import hashlib
import hmac
import time
from dataclasses import dataclass
from typing import Any

import orjson

# Zoom repeats a failed event after 5, 20 and 60 minutes, with the first timestamp.
MAX_AGE_SECONDS = 2 * 3600
# How far Zoom's clock may be ahead of ours.
MAX_AHEAD_SECONDS = 5 * 60
MAX_TEXT = 200


@dataclass(frozen=True)
class Event:
    """An event from Zoom. Missing texts are "", a missing time is 0.

    Attributes:
        name: for example `meeting.participant_joined`.
        event_ts: the time, in milliseconds since 1970.
        meeting_id: the meeting's number, as text.
        meeting_uuid: identifies one occurrence of the meeting.
        participant: identifies one stay of a person; it changes when they join again.
        email: the person's e-mail address at Zoom.
        account: stays the same when the person joins again: their registration for the meeting,
            else their Zoom account. A guest has neither.
        plain_token: the text to sign for `endpoint.url_validation`.
    """

    name: str
    event_ts: int = 0
    meeting_id: str = ""
    meeting_uuid: str = ""
    participant: str = ""
    email: str = ""
    account: str = ""
    plain_token: str = ""

    @property
    def dedupe_key(self) -> str:
        """64 characters, the same whenever Zoom repeats the event."""
        parts = (self.name, self.event_ts, self.meeting_uuid, self.participant)
        return hashlib.sha256(repr(parts).encode()).hexdigest()


def verify(secret: str, timestamp: str, raw_body: bytes, signature: str) -> bool:
    """Whether Zoom signed the body at most two hours ago.

    Args:
        timestamp: the header `x-zm-request-timestamp`, in seconds since 1970.
        signature: the header `x-zm-signature`.
    """
    if not (secret and is_recent(timestamp)):
        return False
    expected = "v0=" + sign(secret, b"v0:" + timestamp.encode() + b":" + raw_body)
    return hmac.compare_digest(expected.encode(), signature.encode(errors="replace"))


def is_recent(timestamp: str) -> bool:
    if not (timestamp.isascii() and timestamp.isdigit() and len(timestamp) < 15):
        return False
    return -MAX_AHEAD_SECONDS <= time.time() - int(timestamp) <= MAX_AGE_SECONDS


def validation_answer(secret: str, plain_token: str) -> dict[str, str]:
    """Return the answer to `endpoint.url_validation`, which proves that we know the secret."""
    return {"plainToken": plain_token, "encryptedToken": sign(secret, plain_token.encode())}


def sign(secret: str, message: bytes) -> str:
    return hmac.new(secret.encode(), message, hashlib.sha256).hexdigest()


def parse(raw_body: bytes) -> Event | None:
    """Return the event in a body, or None if there is none.

    Raises:
        JSONDecodeError: it isn't JSON.
    """
    document = orjson.loads(raw_body)
    name = text(document, "event")
    if not name:
        return None
    payload = nested_object(document, "payload")
    meeting = nested_object(payload, "object")
    person = nested_object(meeting, "participant")
    return Event(
        name=name,
        event_ts=moment(document),
        meeting_id=text(meeting, "id"),
        meeting_uuid=text(meeting, "uuid"),
        participant=first(person, "participant_uuid", "user_id"),
        email=text(person, "email"),
        account=first(person, "registrant_id", "participant_user_id", "id"),
        plain_token=text(payload, "plainToken"),
    )


def nested_object(document: Any, name: str) -> dict[str, Any]:
    """Return the object under this name, or {} if there is none."""
    value = document.get(name) if isinstance(document, dict) else None
    return value if isinstance(value, dict) else {}


def text(document: Any, name: str) -> str:
    """Return a text, or a number as text; "" if it is missing or can't be stored."""
    value = document.get(name) if isinstance(document, dict) else None
    if type(value) is int:
        return str(value)
    readable = isinstance(value, str) and len(value) <= MAX_TEXT and value.isprintable()
    return str(value) if readable else ""


def first(document: Any, *names: str) -> str:
    """Return the first of these texts that isn't empty; "" if all are."""
    return next(filter(None, (text(document, name) for name in names)), "")


def moment(document: Any) -> int:
    value = document.get("event_ts") if isinstance(document, dict) else None
    return value if type(value) is int and 0 <= value < 2**63 else 0
