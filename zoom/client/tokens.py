"""The access token for calls to Zoom: fetching it, sharing it through the cache, dropping it."""

from __future__ import annotations

import base64
import hashlib
import logging
from collections.abc import Iterator
from contextlib import contextmanager

from django.conf import settings
from django.core.cache import cache

from core.deadline import Deadline
from core.errors import APIError
from core.observability import metrics
from zoom.client.calls import expect, repeat
from zoom.client.errors import ZOOM_FAILED, ZOOM_NOT_CONFIGURED
from zoom.client.transport import send

logger = logging.getLogger(__name__)

# A token is dropped this long before it expires, so that it doesn't expire during a call.
MARGIN_SECONDS = 300


def is_configured() -> bool:
    """Whether there are credentials for creating meetings."""
    return bool(settings.ZOOM_ACCOUNT_ID and settings.ZOOM_API_KEY and settings.ZOOM_API_SECRET)


def access_token(deadline: Deadline) -> str:
    """Return the token from the cache, or a new one.

    Raises:
        APIError: one of the codes `zoom_…`.
    """
    if not is_configured():
        raise APIError(ZOOM_NOT_CONFIGURED)
    token: str | None = None
    with cache_may_be_down():
        token = cache.get(cache_key())
    return token or fetch(deadline)


@metrics.measure_call("zoom", "fetch_token")
def fetch(deadline: Deadline) -> str:
    """Get a new token from Zoom, put it into the cache and return it."""
    pair = f"{settings.ZOOM_API_KEY}:{settings.ZOOM_API_SECRET}"
    answer = repeat(
        lambda: send(
            "POST",
            settings.ZOOM_OAUTH_URL,
            deadline=deadline,
            headers={"Authorization": f"Basic {base64.b64encode(pair.encode()).decode()}"},
            # Not in the URL: URLs get logged.
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
    """Remove a refused token from the cache, unless another one has replaced it."""
    with cache_may_be_down():
        if cache.get(cache_key()) == token:
            cache.delete(cache_key())


def cache_key() -> str:
    whose = (settings.ZOOM_ACCOUNT_ID, settings.ZOOM_API_KEY, settings.ZOOM_OAUTH_URL)
    return f"zoom-token:{hashlib.sha256(repr(whose).encode()).hexdigest()}"


@contextmanager
def cache_may_be_down() -> Iterator[None]:
    """Log errors of the cache and go on: they only cost an additional call for a token."""
    try:
        yield
    except Exception as error:  # each backend has its own exceptions
        logger.warning("The cache failed, so Zoom's token isn't shared: %s.", type(error).__name__)
