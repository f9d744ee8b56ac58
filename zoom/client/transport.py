"""One bounded call to Zoom."""

from __future__ import annotations

import time


class Deadline:
    """The moment by which all calls and retries of one act are over."""

    def __init__(self, seconds: float = 12) -> None:
        self.moment = time.monotonic() + seconds

    def remaining(self) -> float:
        """Seconds left; negative when it has passed."""
        return self.moment - time.monotonic()
