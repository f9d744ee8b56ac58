"""The limits of a session's fields (contract S3), for the inputs, the model and the API
description."""

from __future__ import annotations

from datetime import datetime, timedelta

from sessions_app.states import Mode

TITLE = 200
DESCRIPTION = 10_000
SUBJECT = 100
MESSAGE = 1_000
MIN_PARTICIPANTS = 2
MAX_PARTICIPANTS = {Mode.INSTANT: 20, Mode.REQUEST: 50}
MIN_DURATION, DURATION, MAX_DURATION = 15, 60, 480
MAX_AHEAD = timedelta(days=3653)


def date_problem(date: datetime, now: datetime) -> str | None:
    """Return why a session can't have this date, as a sentence; None if it can."""
    if date <= now:
        return "Session date must be in the future"
    if date > now + MAX_AHEAD:
        return "Session date must be within the next ten years"
    return None
