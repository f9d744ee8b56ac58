"""What the clock runs: every job of every app, in one place. Each is safe to run at any time,
twice, or on two machines at once."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from accounts.jobs import forget_expired_tokens
from sessions_app.jobs import complete_sessions, expire_sessions, send_reminders

JOBS: tuple[Callable[[datetime], int], ...] = (
    expire_sessions,
    complete_sessions,
    send_reminders,
    forget_expired_tokens,
)


def tick(now: datetime) -> dict[str, int]:
    """Run every job once; how many rows each has changed, by its name."""
    return {job.__name__: job(now) for job in JOBS}
