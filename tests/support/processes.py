"""The processes of a production server: to start, find and watch them."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
from pathlib import Path

from tests.support.server import ROOT, Server, free_port


def failed_start(
    command: str, folder: Path, **environment: str
) -> subprocess.CompletedProcess[str]:
    """Run `manage.py run` or `serve`, which can't start, and return how it ended."""
    defaults = {"DATABASE_URL": f"sqlite:///{folder / 'db.sqlite3'}", "PORT": str(free_port())}
    return subprocess.run(
        [sys.executable, "manage.py", command],
        cwd=ROOT,
        env=os.environ | defaults | environment,
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )


# If setproctitle is installed, as for the benchmark, granian renames its process.
RENAMED = {"config.wsgi:application": "rest"}


def children(pid: int) -> dict[int, str]:
    """Return the child processes: their ids, and the last word of each command."""
    listed = subprocess.run(
        ["ps", "-o", "pid=,args=", "--ppid", str(pid)], capture_output=True, text=True, check=False
    ).stdout.splitlines()
    words = {int(line.split()[0]): line.split()[-1] for line in listed}
    return {pid: RENAMED.get(word, word) for pid, word in words.items()}


def tree(pid: int) -> list[int]:
    return [pid, *(each for child in children(pid) for each in tree(child))]


def part(server: Server, name: str) -> int:
    """Return the id of the process that runs this part."""
    return next(pid for pid, word in children(server.process.pid).items() if word == name)


def are_gone(pids: list[int]) -> bool:
    return not any(Path(f"/proc/{pid}/status").exists() and is_running(pid) for pid in pids)


def is_running(pid: int) -> bool:
    try:
        return "State:\tZ" not in Path(f"/proc/{pid}/status").read_text()
    except OSError:
        return False


def is_open(port: int) -> bool:
    with socket.socket() as client:
        return client.connect_ex(("127.0.0.1", port)) == 0
