"""Join tokens (contract O6): random, known to their owner alone, and good once."""

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
TOKEN_EXPIRED = declare("join_token_expired", 400, "This join token is too old: get a new one.")
NOT_YOUR_TOKEN = declare("join_token_not_yours", 403, "This join token is somebody else's.")


@dataclass(frozen=True, slots=True)
class Issued:
    """A new token; what it looks like is nowhere else."""

    text: str
    row: JoinToken


def digest_of(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def issue(session: OneOnOneSession, *, by: User, now: datetime) -> Issued:
    """Give somebody who may join a token.

    Raises:
        APIError: 400 if the session isn't active, 403 if they have to wait.
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
    """Use a token up; its session, whose meeting may be entered now.

    Raises:
        APIError: 403 if it is somebody else's; 400 if it is unknown, used or too old, or if the
            session is over; 403 if its owner has to wait.
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
