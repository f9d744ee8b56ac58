"""Live push: what is sent to people's open sockets, after the commit (contract N5).

Whoever commits never waits for it. Without Redis a frame goes to the sockets of this process
(`core.push.hub`); with `REDIS_URL` it goes through Redis to the sockets of every process
(`core.push.relay`). A frame that can't be handed over is dropped: REST has it all.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from django.conf import settings
from django.db import transaction

from core.push.hub import RECHECK, hub
from core.push.relay import publisher
from core.renderers import dumps

Frame = Mapping[str, Any]
Frames = Callable[[], Iterable[tuple[int, Frame]]]


def push_on_commit(frames: Frames) -> None:
    """Send frames to people's sockets once the transaction is committed; an outage of the push
    layer changes nothing for the caller.

    Args:
        frames: gives pairs of a person's id and a frame, `{"type": …, "data": {…}}`; called after
            the commit.
    """
    # No `partial`: when one fails, Django asks for its name, and fails the caller.
    transaction.on_commit(lambda: send(frames), robust=True)


def recheck_on_commit(user_id: int) -> None:
    """After the commit, each socket of this person asks whether its token is still good."""
    transaction.on_commit(lambda: hand_over(user_id, RECHECK), robust=True)


def send(frames: Frames) -> None:
    """Hand the frames over, in their order, from any thread and without waiting."""
    if settings.REDIS_URL or hub.is_open:
        for user_id, frame in frames():
            hand_over(user_id, dumps(frame))


def hand_over(user_id: int, frame: bytes) -> None:
    if settings.REDIS_URL:
        publisher.put(user_id, frame)
    else:
        hub.put(user_id, frame)
