"""The access token that the calls carry: fetched, shared through the cache, and dropped."""

from __future__ import annotations

import base64
import hashlib
import logging
from collections.abc import Iterator
from contextlib import contextmanager

from django.conf import settings
from django.core.cache import cache

from core import metrics
from core.errors import APIError
from zoom.client.calls import expect, repeat
from zoom.client.errors import ZOOM_FAILED, ZOOM_NOT_CONFIGURED
from zoom.client.transport import Deadline, send

logger = logging.getLogger(__name__)

# A token is given up so long before it ends, so that it doesn't end on its way.
MARGIN_SECONDS = 300


def is_configured() -> bool:
    """Whether there are credentials to make meetings with."""
    return bool(settings.ZOOM_ACCOUNT_ID and settings.ZOOM_API_KEY and settings.ZOOM_API_SECRET)


def access_token(deadline: Deadline) -> str:
    """The token in the cache, or a new one.

    Raises:
        APIError: one of the codes `zoom_…`.
    """
    if not is_configured():
        raise APIError(ZOOM_NOT_CONFIGURED)
    token: str | None = None
    with cache_may_be_down():
        token = cache.get(cache_key())
    return token or fetch(deadline)


@metrics.call("zoom", "fetch_token")
def fetch(deadline: Deadline) -> str:
    """Ask for a token, and share it."""
    pair = f"{settings.ZOOM_API_KEY}:{settings.ZOOM_API_SECRET}"
    answer = repeat(
        lambda: send(
            "POST",
            settings.ZOOM_OAUTH_URL,
            deadline=deadline,
            headers={"Authorization": f"Basic {base64.b64encode(pair.encode()).decode()}"},
            # Not in the address: addresses get logged.
            data={
                "grant_type": "account_credentials",
                "account_id": settings.ZOOM_ACCOUNT_ID,
            },
        ),
        deadline=deadline,
    )
    document = expect(200, answer, "a token").json
    token, seconds = document.get("access_token"), document.get("expires_in")
    if not (isinstance(token, str) and token.isascii() and token.isprintable() and token):
        logger.error("Zoom's answer has no token.")
        raise APIError(ZOOM_FAILED)
    if isinstance(seconds, int) and seconds > MARGIN_SECONDS:
        with cache_may_be_down():
            cache.set(cache_key(), token, timeout=seconds - MARGIN_SECONDS)
    return token


def drop(token: str) -> None:
    """Forget a token that was refused, unless another has taken its place."""
    with cache_may_be_down():
        if cache.get(cache_key()) == token:
            cache.delete(cache_key())


def cache_key() -> str:
    whose = (settings.ZOOM_ACCOUNT_ID, settings.ZOOM_API_KEY, settings.ZOOM_OAUTH_URL)
    return f"zoom-token:{hashlib.sha256(repr(whose).encode()).hexdigest()}"


@contextmanager
def cache_may_be_down() -> Iterator[None]:
    """A cache that fails costs a call more, and nothing else."""
    try:
        yield
    except Exception as error:  # each backend has its own
        logger.warning("The cache failed, so Zoom's token isn't shared: %s.", type(error).__name__)
