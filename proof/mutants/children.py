"""Work in forked processes: a number of them at a time, each with its own time limit."""

from __future__ import annotations

import json
import os
import resource
import signal
import tempfile
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

# In addition to the limit of processor time, for processes that wait forever.
WALL_SECONDS = 900
POLL_SECONDS = 0.02

# A key, the limit of processor seconds, and the function to call, whose result must be JSON.
Task = tuple[Any, float, Callable[[], Any]]


def run(tasks: Iterable[Task], *, at_once: int) -> Iterator[tuple[Any, Any]]:
    """Yield each task's key and result, in any order. The result is None if the task exceeded its
    processor time, and "" if it ended in another way, which proves nothing."""
    waiting = iter(tasks)
    running: dict[int, tuple[Any, Path, float]] = {}
    with tempfile.TemporaryDirectory() as folder:
        while True:
            while len(running) < at_once and (task := next(waiting, None)) is not None:
                key, seconds, work = task
                answer = Path(folder, str(time.monotonic_ns()))
                running[fork(work, seconds, answer)] = (key, answer, time.monotonic())
            if not running:
                return
            yield from ended(running)
            time.sleep(POLL_SECONDS)


def ended(running: dict[int, tuple[Any, Path, float]]) -> Iterator[tuple[Any, Any]]:
    for pid, (key, answer, started) in list(running.items()):
        done, status = os.waitpid(pid, os.WNOHANG)
        if not done and time.monotonic() - started < WALL_SECONDS:
            continue
        kill_group(pid)  # the process, or its remaining children
        del running[pid]
        exceeded = done and os.WIFSIGNALED(status)
        yield key, json.loads(answer.read_text()) if answer.exists() else None if exceeded else ""


def kill_group(pid: int) -> None:
    with suppress(ProcessLookupError):
        os.killpg(pid, signal.SIGKILL)


def fork(work: Callable[[], Any], seconds: float, answer: Path) -> int:
    """Fork, and return the process's id. It leads its own group, and its output is discarded."""
    pid = os.fork()
    if pid:
        with suppress(PermissionError):
            os.setpgid(pid, pid)
        return pid
    try:
        os.setpgid(0, 0)
        silent = os.open(os.devnull, os.O_WRONLY)
        os.dup2(silent, 1)
        os.dup2(silent, 2)
        limit = int(seconds) + 1
        resource.setrlimit(resource.RLIMIT_CPU, (limit, limit))
        written = answer.with_suffix(".part")
        written.write_text(json.dumps(work()))
        written.rename(answer)
    finally:
        os._exit(0)
