"""`make test`: what depends on the database on PostgreSQL, then everything on SQLite.

The second run's closing line is the last one printed, and coverage is taken over both.
"""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from tests.postgres import postgres

ROOT = Path(__file__).resolve().parent.parent
COVERAGE = ["--cov", "--cov-branch", "--cov-report="]


def pytest(*arguments: str, database: str | None) -> int:
    """One run; its exit code."""
    environment = {key: value for key, value in os.environ.items() if key != "DATABASE_URL"}
    if database:
        environment["DATABASE_URL"] = database
    command = [sys.executable, "-m", "pytest", "-n", "2", *arguments, *sys.argv[1:]]
    return subprocess.run(command, cwd=ROOT, env=environment, check=False).returncode


def main() -> int:
    for old in ROOT.glob(".coverage*"):
        old.unlink()
    with postgres() as url:
        failed = 0
        if url is None:
            print("Skipped: the tests that need PostgreSQL.")
        else:
            print("── On PostgreSQL: what depends on the database ──", flush=True)
            failed = pytest("-m", "database or postgres", *COVERAGE, database=url)
    print("── On SQLite: everything ──", flush=True)
    report = ["--cov-append", "--cov-report=term", "--cov-fail-under=95"]
    whole = ["--cov", "--cov-branch", *report] if not sys.argv[1:] else []
    return pytest(*whole, database=None) or failed


if __name__ == "__main__":
    sys.exit(main())
