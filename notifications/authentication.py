"""Who opens a socket: the access token that its handshake offers (contract N5)."""

from __future__ import annotations

from collections.abc import Iterable

import structlog
from asgiref.sync import sync_to_async
from django.db import Error as DatabaseError
from django.db import connections

from accounts import tokens
from core import logs
from core.errors import APIError

logger = structlog.stdlib.get_logger(__name__)


def tell_database_failed(error: DatabaseError) -> None:
    logger.warning("the database failed a socket", error=logs.first_line(error))


def offered_token(subprotocols: Iterable[str]) -> str:
    """The token of `["bearer", "<access token>"]`; "" if they are others."""
    match list(subprotocols):
        case ["bearer", token]:
            return token
    return ""


@sync_to_async
def look_up(text: str) -> tuple[int, float]:
    """Whose access token it is, and until when.

    Raises:
        APIError: 401 if it is good for nothing.
    """
    try:
        token, user = tokens.read_access(text)
        return user.pk, token["exp"]
    finally:
        connections.close_all()  # this thread's own, until the next time


async def is_good(text: str) -> bool:
    """Is the token still good? While the database can't be asked, it stays so."""
    try:
        await look_up(text)
    except APIError:
        return False
    except DatabaseError as error:
        tell_database_failed(error)
    return True
