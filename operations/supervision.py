"""One process that starts others, and ends with them: the parts of `manage.py serve`."""

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

# In seconds: how long the parts may take to finish what they have begun. Then they are killed.
GRACE = 40
PR_SET_PDEATHSIG = 1


class ChildProcess:
    """A process of its own.

    Attributes:
        name: what it is called in the log.
    """

    def __init__(self, name: str, command: Sequence[str], environment: Mapping[str, str]) -> None:
        self.name = name
        parent = os.getpid()
        # No other thread runs here yet, so the child can still run code between fork and exec. In a
        # group of its own it isn't told of Ctrl-C by the terminal, but by `stop`, gracefully.
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
        """Wait for its end, and kill it if that doesn't come; its exit code."""
        try:
            return self.process.wait(GRACE)
        except subprocess.TimeoutExpired:
            logger.error("The part %s didn't stop in %s seconds: it is killed.", self.name, GRACE)
            self.process.kill()
            return self.process.wait()


def supervise(commands: Mapping[str, Sequence[str]], environment: Mapping[str, str]) -> int:
    """Run these commands side by side until SIGTERM or SIGINT, or until one of them ends by itself;
    then stop all of them gracefully.

    Args:
        commands: the parts, by name.

    Returns:
        An exit code: 0 if it was told to stop, and every part ended well.
    """
    ends: SimpleQueue[ChildProcess | None] = SimpleQueue()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: ends.put(None))
    parts = [ChildProcess(name, command, environment) for name, command in commands.items()]
    for part in parts:
        threading.Thread(target=tell_end, args=(part, ends), daemon=True).start()
    failed = ends.get()
    if failed:
        code = failed.process.returncode
        logger.error("The part %s ended by itself with %s: all stop.", failed.name, code)
    for part in parts:
        part.stop()
    codes = [part.join() for part in parts]
    return 1 if failed or any(codes) else 0


def tell_end(part: ChildProcess, ends: SimpleQueue[ChildProcess | None]) -> None:
    part.process.wait()
    ends.put(part)


def end_with_parent(parent: int) -> None:
    """Let the system stop this process when its parent is gone, even if that was killed: it would
    serve on, and nobody could stop it. Linux alone can do that."""
    if sys.platform != "linux":
        return
    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGTERM)
    if os.getppid() != parent:  # it went before
        os._exit(1)
