"""Starts and supervises the processes (parts) of `manage.py serve`. If one ends, all end."""

from __future__ import annotations

import ctypes
import logging
import os
import signal
import subprocess  # nosec B404  # used once, below, with commands of our own
import sys
import threading
from collections.abc import Mapping, Sequence
from queue import SimpleQueue

logger = logging.getLogger(__name__)

# Seconds that the parts may take to finish running work. Then they are killed.
GRACE = 40
PR_SET_PDEATHSIG = 1


class ChildProcess:
    """A child process.

    Attributes:
        name: its name in the log.
    """

    def __init__(self, name: str, command: Sequence[str], environment: Mapping[str, str]) -> None:
        self.name = name
        parent = os.getpid()
        # No other thread runs here yet, so running code between fork and exec is safe. Its own
        # process group keeps it from getting Ctrl-C by the terminal: `stop` ends it gracefully.
        self.process = subprocess.Popen(  # noqa: S603  # nosec B603  # the commands are our own
            command,
            env=environment,
            preexec_fn=lambda: end_with_parent(parent),
            process_group=0,
        )

    def stop(self) -> None:
        if self.process.poll() is None:
            self.process.terminate()

    def join(self) -> int:
        """Wait for the process to end, kill it if it doesn't, and return its exit code."""
        try:
            return self.process.wait(GRACE)
        except subprocess.TimeoutExpired:
            logger.error("The part %s didn't stop within %s seconds: killing it.", self.name, GRACE)
            self.process.kill()
            return self.process.wait()


def supervise(commands: Mapping[str, Sequence[str]], environment: Mapping[str, str]) -> int:
    """Run these commands in parallel until SIGTERM or SIGINT, or until one of them ends by itself;
    then stop all of them gracefully.

    Args:
        commands: the parts by name.

    Returns:
        The exit code: 0 if a signal stopped it and every part exited with 0.
    """
    ends: SimpleQueue[ChildProcess | None] = SimpleQueue()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: ends.put(None))
    parts = [ChildProcess(name, command, environment) for name, command in commands.items()]
    for part in parts:
        threading.Thread(target=report_end, args=(part, ends), daemon=True).start()
    failed = ends.get()
    if failed:
        code = failed.process.returncode
        logger.error("The part %s ended by itself with %s: stopping all.", failed.name, code)
    for part in parts:
        part.stop()
    codes = [part.join() for part in parts]
    return 1 if failed or any(codes) else 0


def report_end(part: ChildProcess, ends: SimpleQueue[ChildProcess | None]) -> None:
    part.process.wait()
    ends.put(part)


def end_with_parent(parent: int) -> None:
    """Make the system stop this process when its parent ends, even if that was killed. Otherwise it
    would go on serving without a supervisor. Linux only."""
    if sys.platform != "linux":
        return
    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGTERM)
    if os.getppid() != parent:  # the parent has already ended
        os._exit(1)
