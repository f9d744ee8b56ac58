"""Starts and supervises the processes (parts) of `manage.py serve`. If one ends, all end."""

from __future__ import annotations

import contextlib
import ctypes
import logging
import os
import signal
import subprocess  # nosec B404  # used once, below, with commands of our own
import sys
import threading
from collections.abc import Mapping, Sequence

logger = logging.getLogger(__name__)

# Seconds that the parts may take to finish running work. Then they are killed.
GRACE = 40
# Seconds between two looks at whether a part has ended.
PAUSE = 0.2
PR_SET_PDEATHSIG = 1


def supervise(commands: Mapping[str, Sequence[str]], environment: Mapping[str, str]) -> int:
    """Run these commands in parallel until SIGTERM or SIGINT, or until one of them ends by itself;
    then stop all of them gracefully.

    Args:
        commands: the parts by name.

    Returns:
        The exit code: 0 if a signal stopped it and every part exited with 0.
    """
    told = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: told.set())
    parts = {name: start(command, environment) for name, command in commands.items()}
    while not told.wait(PAUSE):
        if ended := [name for name, part in parts.items() if part.poll() is not None]:
            logger.error("The part %s ended by itself: stopping all.", ended[0])
            break
    for part in parts.values():
        part.terminate()
    codes = [end(name, part) for name, part in parts.items()]
    return 0 if told.is_set() and not any(codes) else 1


def start(command: Sequence[str], environment: Mapping[str, str]) -> subprocess.Popen[bytes]:
    parent = os.getpid()
    # No other thread runs here yet, so running code between fork and exec is safe. Its own process
    # group keeps it from getting Ctrl-C by the terminal: SIGTERM ends it gracefully.
    return subprocess.Popen(  # noqa: S603  # nosec B603  # the commands are our own
        command, env=environment, preexec_fn=lambda: end_with_parent(parent), process_group=0
    )


def end(name: str, part: subprocess.Popen[bytes]) -> int:
    """Wait for a part to end, kill it if it doesn't, and return its exit code."""
    try:
        part.wait(GRACE)
    except subprocess.TimeoutExpired:
        logger.error("The part %s didn't stop within %s seconds: killing it.", name, GRACE)
    with contextlib.suppress(ProcessLookupError):
        os.killpg(part.pid, signal.SIGKILL)  # also what it has started, if it was killed itself
    return part.wait()


def end_with_parent(parent: int) -> None:
    """Make the system stop this process when its parent ends, even if that was killed. Otherwise it
    would go on serving without a supervisor. Linux only."""
    if sys.platform != "linux":
        return
    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGTERM)
    if os.getppid() != parent:  # the parent has already ended
        os._exit(1)
