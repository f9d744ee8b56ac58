"""Join tokens (contract O6): random, known only to their owner, and valid once."""

from __future__ import annotations

import hashlib
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta

from accounts.models import User
from core.errors import APIError, declare
from core.lifecycle import check
from zoom.events import EventType
from zoom.models import JoinToken, OneOnOneSession
from zoom.services.locking import locked_session
from zoom.services.notify import log
from zoom.states import ACTIONS

LIFETIME = timedelta(hours=1)

TOKEN_UNKNOWN = declare("join_token_unknown", 400, "There is no such join token: get a new one.")
TOKEN_USED = declare("join_token_used", 400, "This join token has been used: get a new one.")
TOKEN_EXPIRED = declare("join_token_expired", 400, "This join token has expired: get a new one.")
NOT_YOUR_TOKEN = declare("join_token_not_yours", 403, "This join token is somebody else's.")


@dataclass(frozen=True, slots=True)
class Issued:
    """A new token with its text, which isn't stored anywhere."""

    text: str
    row: JoinToken


def digest_of(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def issue(session: OneOnOneSession, *, by: User, now: datetime) -> Issued:
    """Create a token for a user who may join.

    Raises:
        APIError: 400 if the session isn't active, 403 if the user isn't allowed to join yet.
    """
    text = secrets.token_urlsafe(32)
    with locked_session(session.pk) as row:
        check(ACTIONS["join_token"], row, row.viewer(by, now))
        token = JoinToken.objects.create(
            session=row,
            user=by,
            digest=digest_of(text),
            created_at=now,
            expires_at=now + LIFETIME,
        )
    return Issued(text, token)


def redeem(text: str, *, by: User, now: datetime) -> OneOnOneSession:
    """Use up a token, and return its session, whose meeting may be joined now.

    Raises:
        APIError: 400 if the token is unknown, used or expired, or if the session is over; 403 if
            it is somebody else's, or if its owner isn't allowed to join yet.
    """
    token = JoinToken.objects.filter(digest=digest_of(text)).first()
    if token is None:
        raise APIError(TOKEN_UNKNOWN)
    if token.user_id != by.pk:
        raise APIError(NOT_YOUR_TOKEN)
    with locked_session(token.session_id) as row:
        check(ACTIONS["join_token"], row, row.viewer(by, now))
        if not JoinToken.objects.redeem(token.pk, now):
            raise APIError(TOKEN_EXPIRED if token.expires_at <= now else TOKEN_USED)
        log(row, EventType.JOINED, by=by, now=now, source="join_token")
    return row
