"""Authenticate sockets by the access token in the handshake (contract N5)."""

from __future__ import annotations

from collections.abc import Iterable

import structlog
from asgiref.sync import sync_to_async
from django.db import Error as DatabaseError
from django.db import connections

from accounts import tokens
from core.errors import APIError
from core.observability import logs

logger = structlog.stdlib.get_logger(__name__)


def tell_database_failed(error: DatabaseError) -> None:
    logger.warning("the database failed a socket", error=logs.first_line(error))


def offered_token(subprotocols: Iterable[str]) -> str:
    """Return the token of `["bearer", "<access token>"]`; "" for any other subprotocols."""
    match list(subprotocols):
        case ["bearer", token]:
            return token
    return ""


@sync_to_async
def look_up(text: str) -> tuple[int, float]:
    """Return the id of the token's owner, and when it expires (seconds since 1970).

    Raises:
        APIError: 401 if it is invalid.
    """
    try:
        token, user = tokens.read_access(text)
        return user.pk, token["exp"]
    finally:
        connections.close_all()  # this thread's connections, until the next call


async def is_good(text: str) -> bool:
    """Whether the token is still valid. It counts as valid while the database is down."""
    try:
        await look_up(text)
    except APIError:
        return False
    except DatabaseError as error:
        tell_database_failed(error)
    return True
