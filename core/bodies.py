"""How long a body may take to arrive, whichever server reads it (408, contract C4)."""

from __future__ import annotations

import io
import time

from django.conf import settings

# Bytes a second that must come of a form on the average, once its first seconds are over.
SLOWEST = 1000


class Deadline:
    """When a body must have arrived. A form may hold a large file, so each of its bytes that
    arrives gives it more time.

    Args:
        content_type: the header; "" if there is none.
    """

    def __init__(self, content_type: str) -> None:
        self.began = time.monotonic()
        self.grows = content_type.lower().startswith("multipart/")

    def seconds_left(self, received: int) -> float:
        """How long it may still take, by the bytes that have come; not above 0 once it is over."""
        allowed = settings.BODY_SECONDS + (received / SLOWEST if self.grows else 0)
        return self.began + allowed - time.monotonic()


class UnreadableBody(io.BytesIO):
    """A body that isn't there. Whoever reads it gets the error, which `core.errors` translates.

    Args:
        error: a TimeoutError if the body came too late, another OSError if it couldn't be kept.
    """

    def __init__(self, error: OSError) -> None:
        super().__init__()
        self.error = error

    def read(self, size: int | None = -1) -> bytes:
        raise self.error
