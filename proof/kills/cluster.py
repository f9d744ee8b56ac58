"""A separate PostgreSQL that can be killed and started again."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

import psycopg

from bench.processes import tree
from bench.servers import free_port

SETTINGS = {
    "listen_addresses": "127.0.0.1",
    "unix_socket_directories": "",
    # What a killed process has written stays in the system's cache, and the system isn't killed. So
    # waiting for the disk would prove nothing here. Each commit still waits for its write.
    "fsync": "off",
    "max_connections": "60",
}


@dataclass
class Cluster:
    """A PostgreSQL cluster.

    Attributes:
        folder: the folder of its data.
        port: the port on which it listens.
    """

    folder: Path
    port: int

    @property
    def url(self) -> str:
        return f"postgresql://postgres@127.0.0.1:{self.port}/postgres"

    def run(self, program: str, *arguments: str) -> None:
        command = [*as_postgres(), str(binaries() / program), *arguments]
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL, cwd="/")

    def start(self) -> None:
        options = " ".join(f"-c {name}='{value}'" for name, value in SETTINGS.items())
        log = ["-l", str(self.folder / "log"), "-o", f"-p {self.port} {options}"]
        self.run("pg_ctl", "start", "-w", "-D", str(self.folder), *log)

    def kill(self, *, by_signal: bool) -> None:
        """Kill all of its processes by SIGKILL, or by an immediate stop, which saves nothing
        either."""
        if not by_signal:
            self.run("pg_ctl", "stop", "-m", "immediate", "-D", str(self.folder))
            return
        pid = int((self.folder / "postmaster.pid").read_text().split()[0])
        for each in tree(pid):
            with suppress(ProcessLookupError):
                os.kill(each, signal.SIGKILL)

    def restart(self) -> None:
        """Start it again, as a supervisor does. Killed processes may need a moment to end."""
        for _ in range(50):
            with suppress(subprocess.CalledProcessError):
                self.start()
                return
        raise RuntimeError("PostgreSQL doesn't start again.")

    def connect(self) -> psycopg.Connection[tuple[object, ...]]:
        return psycopg.connect(self.url, autocommit=True, connect_timeout=5)


@contextmanager
def cluster() -> Iterator[Cluster]:
    """Create an empty cluster, yield it, and remove it at the end."""
    folder = Path(tempfile.mkdtemp(prefix="kills-postgres-", dir="/tmp"))
    if os.geteuid() == 0:
        shutil.chown(folder, "postgres", "postgres")
    made = Cluster(folder, free_port())
    try:
        made.run("initdb", "-A", "trust", "-U", "postgres", "--no-sync", "-D", str(folder))
        made.start()
        yield made
    finally:
        with suppress(subprocess.CalledProcessError):
            made.run("pg_ctl", "stop", "-m", "immediate", "-D", str(folder))
        shutil.rmtree(folder, ignore_errors=True)


def binaries() -> Path:
    """Return the folder of PostgreSQL's programs.

    Raises:
        SystemExit: they aren't installed.
    """
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"))
    path = shutil.which("initdb") or (str(found[-1]) if found else "")
    if not path:
        raise SystemExit("PostgreSQL's programs (initdb, pg_ctl) aren't installed.")
    return Path(path).resolve().parent


def as_postgres() -> list[str]:
    """Return a prefix that runs a command as the user postgres, since PostgreSQL refuses root."""
    if os.geteuid():
        return []
    return ["setpriv", "--reuid=postgres", "--regid=postgres", "--clear-groups"]
