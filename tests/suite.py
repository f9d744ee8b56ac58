"""`make test`: what depends on the database on PostgreSQL, then everything on SQLite.

The second run's closing line is the last one printed. `make coverage` takes coverage of it, which
costs a fifth more time.
"""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from tests.postgres import postgres

ROOT = Path(__file__).resolve().parent.parent
COVERAGE = ["--cov", "--cov-branch", "--cov-report=term", "--cov-fail-under=95"]


def pytest(*arguments: str, database: str | None) -> int:
    """One run; its exit code."""
    # Compiled once, not by each of the workers and of the many servers that the tests start.
    unwanted = {"DATABASE_URL", "PYTHONDONTWRITEBYTECODE"}
    environment = {key: value for key, value in os.environ.items() if key not in unwanted}
    if database:
        environment["DATABASE_URL"] = database
    # Three on two cores: many a test waits for servers in other processes. By file, so that a
    # server that serves a whole file is started once; in the order of tests/conftest.py, since a
    # file's number of tests says little of how long it takes.
    spread = ["-n", "3", "--dist", "loadfile", "--no-loadscope-reorder"]
    command = [sys.executable, "-m", "pytest", *spread, *arguments, *sys.argv[1:]]
    return subprocess.run(command, cwd=ROOT, env=environment, check=False).returncode


def main() -> int:
    with postgres() as url:
        failed = 0
        if url is None:
            print("Skipped: the tests that need PostgreSQL.")
        else:
            print("── On PostgreSQL: what depends on the database ──", flush=True)
            failed = pytest("-m", "database or postgres", database=url)
    print("── On SQLite: everything ──", flush=True)
    return pytest(*(COVERAGE if os.environ.get("COVERAGE") else []), database=None) or failed


if __name__ == "__main__":
    sys.exit(main())
