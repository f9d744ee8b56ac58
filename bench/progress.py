"""A progress bar."""

from __future__ import annotations

import sys
import time

WIDTH = 30


class Progress:
    """Call `progress.done(n, "sessions")` after each part. It prints to stderr: one line that
    changes on a terminal, or a line for every tenth in a file."""

    def __init__(self, total: int) -> None:
        self.total = total
        self.finished = 0
        self.started = time.monotonic()
        self.tenth = 0

    def done(self, amount: int, what: str) -> None:
        self.finished += amount
        share = min(self.finished / self.total, 1)
        bar = ("█" * int(share * WIDTH)).ljust(WIDTH, "░")
        line = f"{bar} {share:4.0%}  {time.monotonic() - self.started:4.0f} s  {what}"
        if sys.stderr.isatty():
            print(f"\r\x1b[K{line}", end="" if share < 1 else "\n", file=sys.stderr, flush=True)
        elif int(share * 10) > self.tenth:
            self.tenth = int(share * 10)
            print(line, file=sys.stderr, flush=True)
