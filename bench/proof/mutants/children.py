"""Work in forked processes: as many at once as wanted, each with a limit of its own."""

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

# Beside the processor time that each is allowed: for those that wait for ever.
WALL_SECONDS = 900
POLL_SECONDS = 0.02

# A key, the processor seconds it may take, and what to do; it gives what JSON can write.
Task = tuple[Any, float, Callable[[], Any]]


def run(tasks: Iterable[Task], *, at_once: int) -> Iterator[tuple[Any, Any]]:
    """Each task's key and what it gave; None if it worked longer than it may, and "" if it
    came to no end for another reason, which tells nothing. In no order."""
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
        kill_group(pid)  # it, or what it may have left behind
        del running[pid]
        worked_on = done and os.WIFSIGNALED(status)
        yield key, json.loads(answer.read_text()) if answer.exists() else None if worked_on else ""


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
