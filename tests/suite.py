"""`make test`: the tests that depend on the database on PostgreSQL, then all tests on SQLite.

The last line printed is the summary of the second run. `make coverage` also measures its coverage,
which takes a fifth more time.
"""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from tests.support.postgres import postgres

ROOT = Path(__file__).resolve().parent.parent
COVERAGE = ["--cov", "--cov-branch", "--cov-report=term", "--cov-fail-under=95"]


def pytest(*arguments: str, database: str | None) -> int:
    """Run pytest. Return its exit code."""
    # Let Python write bytecode, so that workers and servers don't compile everything again.
    unwanted = {"DATABASE_URL", "PYTHONDONTWRITEBYTECODE"}
    environment = {key: value for key, value in os.environ.items() if key not in unwanted}
    if database:
        environment["DATABASE_URL"] = database
    # Three workers on two cores, since many tests wait for servers in other processes. Tests are
    # distributed by file, so that a server that a file uses is started once. The order is that of
    # tests/conftest.py, since the number of tests in a file says little about its duration.
    spread = ["-n", "3", "--dist", "loadfile", "--no-loadscope-reorder"]
    command = [sys.executable, "-m", "pytest", *spread, *arguments, *sys.argv[1:]]
    return subprocess.run(command, cwd=ROOT, env=environment, check=False).returncode


def main() -> int:
    with postgres() as url:
        failed = 0
        if url is None:
            print("Skipped: the tests that need PostgreSQL.")
        else:
            print("── On PostgreSQL: tests that depend on the database ──", flush=True)
            failed = pytest("-m", "database or postgres", database=url)
    print("── On SQLite: all tests ──", flush=True)
    return pytest(*(COVERAGE if os.environ.get("COVERAGE") else []), database=None) or failed


if __name__ == "__main__":
    sys.exit(main())
