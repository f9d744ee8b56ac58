"""Injects every fault at every place of every act (`tests/faults/`).

`python -m proof.faults` takes half an hour on two cores; `--step 10` tries every tenth place.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from bench.checkouts import ROOT
from bench.databases import DEFAULT_URL, Databases, create, drop, migrate
from bench.servers import free_port

# The faults that are tried on each database; each entry runs in a separate process.
TRIALS = (
    ("sqlite", "killed"),
    ("sqlite", "full,mails"),
    ("postgres", "killed"),
    ("postgres", "cut"),
    ("postgres", "refused"),
    ("postgres", "twice"),
    ("postgres", "redis"),
    ("postgres", "clock"),
)


@contextmanager
def database(kind: str, server: str) -> Iterator[str]:
    """Yield the URL of a database with tables and no rows."""
    if kind == "sqlite":
        with tempfile.TemporaryDirectory(prefix="faults-") as folder:
            url = f"sqlite:///{folder}/db.sqlite3"
            migrate(url)
            yield url
        return
    url = Databases(server).named("faults")
    drop(url)
    create(url)
    migrate(url)
    try:
        yield url
    finally:
        drop(url)


def lab(url: str, faults: str, *, step: int, acts: str) -> dict[str, Any]:
    """Return the results: trials and answers of 503 by fault, problems, seconds."""
    # Nothing listens on this port, as if Redis were down.
    redis = f"redis://127.0.0.1:{free_port()}" if faults == "redis" else ""
    command = [sys.executable, "-m", "tests.faults.lab", faults]
    command += ["--step", str(step), "--acts", acts]
    environment = os.environ | {"DATABASE_URL": url, "REDIS_URL": redis}
    ended = subprocess.run(command, cwd=ROOT, env=environment, stdout=subprocess.PIPE, check=True)
    found: dict[str, Any] = json.loads(ended.stdout)
    return found


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m proof.faults", description=__doc__)
    parser.add_argument("--step", type=int, default=1, help="Try only every n-th place.")
    parser.add_argument("--acts", default="", help="Try only these acts, separated by commas.")
    parser.add_argument("--database", default=DEFAULT_URL, help="The URL of the PostgreSQL.")
    options = parser.parse_args()
    bad = total = 0
    for kind, faults in TRIALS:
        with database(kind, options.database) as url:
            found = lab(url, faults, step=options.step, acts=options.acts)
        for problem in found["problems"]:
            print(problem)
        for fault, trials in found["trials"].items():
            unavailable = found["unavailable"].get(fault, 0)
            print(f"{kind}: {fault}: {trials} trials, {unavailable} answered 503", flush=True)
        bad, total = bad + len(found["problems"]), total + sum(found["trials"].values())
    print(f"{total} faults, {bad} problems")
    sys.exit(bool(bad))


if __name__ == "__main__":
    main()
