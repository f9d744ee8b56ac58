"""Zoom's events: whether they are signed, and what they say. Pure functions, no database."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Event:
    """What Zoom tells of a meeting; what it didn't tell is ""."""

    name: str
    event_ts: int
    meeting_id: str
    meeting_uuid: str
    participant: str
    registrant_id: str
    email: str
    user_name: str
    plain_token: str

    @property
    def dedupe_key(self) -> str:
        """64 characters, the same for the same event sent twice."""
        raise NotImplementedError


def verify(secret: str, timestamp: str, raw_body: bytes, signature: str) -> bool:
    """Whether Zoom signed the body, not long ago."""
    raise NotImplementedError


def validation_answer(secret: str, plain_token: str) -> dict[str, str]:
    """The answer to `endpoint.url_validation`."""
    raise NotImplementedError


def parse(raw_body: bytes) -> Event | None:
    """The event in a body; None if there is none that can be read."""
    raise NotImplementedError
