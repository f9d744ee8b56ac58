"""Live push: sends frames to people's open sockets after the commit (contract N5).

The caller never waits for it. Without Redis a frame goes to the sockets of this process
(`core.push.hub`); with `REDIS_URL` it goes through Redis to the sockets of all processes
(`core.push.relay`). A frame that can't be delivered is dropped, since REST has the same data.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from django.conf import settings
from django.db import transaction

from core.api.renderers import dumps
from core.push.hub import RECHECK, hub
from core.push.relay import publisher

Frame = Mapping[str, Any]
Frames = Callable[[], Iterable[tuple[int, Frame]]]


def push_on_commit(frames: Frames) -> None:
    """Send frames to people's sockets after the commit. Errors don't reach the caller.

    Args:
        frames: called after the commit; returns pairs of a person's id and a frame,
            `{"type": …, "data": {…}}`.
    """
    # Not a `partial`: it has no `__qualname__`, which Django reads when a robust callback fails.
    transaction.on_commit(lambda: send(frames), robust=True)


def recheck_on_commit(user_id: int) -> None:
    """After the commit, make each socket of this person check whether its token is still valid."""
    transaction.on_commit(lambda: hand_over(user_id, RECHECK), robust=True)


def send(frames: Frames) -> None:
    """Hand over the frames in order. It doesn't wait, and can be called from any thread."""
    if settings.REDIS_URL or hub.is_open:
        for user_id, frame in frames():
            hand_over(user_id, dumps(frame))


def hand_over(user_id: int, frame: bytes) -> None:
    if settings.REDIS_URL:
        publisher.put(user_id, frame)
    else:
        hub.put(user_id, frame)
