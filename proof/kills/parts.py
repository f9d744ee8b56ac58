"""The processes of a site, which are restarted when they end."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import Self

from bench.checkouts import ROOT
from bench.processes import tree
from bench.servers import environment, free_port

WORKERS = 2
# In seconds, between two checks whether a process has ended.
PAUSE = 0.05


class Parts:
    """`with Parts(url, folder, zoom) as parts:` serves on `parts.base`, with the processes that
    `manage.py serve` starts."""

    NAMES = ("rest", "scheduler")

    def __init__(self, url: str, folder: Path, more: Mapping[str, str]) -> None:
        port = free_port()
        self.base = f"http://127.0.0.1:{port}"
        self.folder, self.stopped = folder, threading.Event()
        # With production's slow password hashing, most of the load would be hashing.
        self.environment = environment("product", url, processes=WORKERS, port=port) | {
            "DJANGO_SETTINGS_MODULE": "tests.support.quick_settings",
            "MEDIA_ROOT": str(folder / "media"),
            "PUBLIC_URL": self.base,
            "EMAIL_URL": "dummymail://",
            **more,
        }

    def __enter__(self) -> Self:
        self.log = (self.folder / "site.log").open("a")
        self.running = {name: self.begin(name) for name in self.NAMES}
        self.watcher = threading.Thread(target=self.watch, daemon=True)
        self.watcher.start()
        return self

    def __exit__(self, *error: object) -> None:
        self.stopped.set()
        self.watcher.join()
        for process in self.running.values():
            self.kill(tree(process.pid))
            process.wait()
        self.log.close()

    def begin(self, name: str) -> subprocess.Popen[bytes]:
        command = [sys.executable, "manage.py", name]
        options = {"cwd": ROOT, "env": self.environment, "stdout": self.log, "stderr": self.log}
        return subprocess.Popen(command, start_new_session=True, **options)  # type: ignore[call-overload,no-any-return]  # a dict hides the types

    def watch(self) -> None:
        while not self.stopped.wait(PAUSE):
            for name, process in list(self.running.items()):
                if process.poll() is not None:
                    self.running[name] = self.begin(name)

    def manage(self, *command: str) -> None:
        """Run a command of `manage.py` to its end."""
        subprocess.run(
            [sys.executable, "manage.py", *command],
            cwd=ROOT, env=self.environment, check=True, stdout=self.log, stderr=self.log,
        )  # fmt: skip

    def workers(self) -> list[int]:
        """Return the processes that answer requests."""
        return [pid for pid in tree(self.running["rest"].pid) if pid != self.running["rest"].pid]

    def kill(self, pids: list[int]) -> None:
        for pid in pids:
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)

    def kill_part(self, name: str) -> None:
        """Kill all processes of this part."""
        self.kill(tree(self.running[name].pid))
