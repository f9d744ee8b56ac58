"""Time limits for the arrival of a body under ASGI (408, contract C4). Under WSGI the proxy has
them."""

from __future__ import annotations

import io
import time

from django.conf import settings

# The minimum average speed of a form in bytes per second, after its first seconds.
SLOWEST = 1000


class Deadline:
    """The time by which a body must have arrived.

    A form may contain a large file, so each byte of it that arrives extends the time.

    Args:
        content_type: the header; "" if there is none.
    """

    def __init__(self, content_type: str) -> None:
        self.began = time.monotonic()
        self.grows = content_type.lower().startswith("multipart/")

    def seconds_left(self, received: int) -> float:
        """Return the seconds left after `received` bytes; 0 or less if the time is over."""
        allowed = settings.BODY_SECONDS + (received / SLOWEST if self.grows else 0)
        return self.began + allowed - time.monotonic()


class UnreadableBody(io.BytesIO):
    """A body that failed to arrive. Reading it raises the error, which `error_handling` translates.

    Args:
        error: a TimeoutError if the body came too late, another OSError if it couldn't be stored.
    """

    def __init__(self, error: OSError) -> None:
        super().__init__()
        self.error = error

    def read(self, size: int | None = -1) -> bytes:
        raise self.error
