"""Live push: what is told to people's open sockets, after the commit of what it tells of (N5)."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from functools import partial
from typing import Any

from django.db import transaction

Frame = Mapping[str, Any]


def push_on_commit(frames: Callable[[], Iterable[tuple[int, Frame]]]) -> None:
    """Send frames to people's sockets once the transaction is committed; an outage of the push
    layer changes nothing for the caller.

    Args:
        frames: gives pairs of a person's id and a frame, `{"type": …, "data": {…}}`; called after
            the commit.
    """
    transaction.on_commit(partial(send, frames), robust=True)


def send(frames: Callable[[], Iterable[tuple[int, Frame]]]) -> None:
    """Hand the frames to the channel layer."""
