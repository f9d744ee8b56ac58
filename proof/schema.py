"""Checks the server against its OpenAPI description with schemathesis.

Schemathesis tests a server with the settings of production, on PostgreSQL, with all of its checks
and phases, as several people in turn.

    python -m proof.schema --examples 200 --seed 1

The people are from the demo data and sign in by the API: an instructor, a student, and a member of
the staff. A token that was revoked is replaced by signing in again, and random choice can't guess
the passwords, so nobody is locked out.

`schemathesis.toml` says which checks apply. The check `object_level_authorization` is not used: it
reports objects that two people can see, and sessions are public. The tests of permissions check who
may see what.
"""

from __future__ import annotations

import argparse
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from bench.checkouts import ROOT
from bench.databases import DEFAULT_URL, create, drop, migrate, on
from bench.servers import BIN, environment, free_port, stop, wait_until_ready
from tests.support.fake_zoom import FakeZoom

FOLDER = Path(__file__).resolve().parent
DESCRIPTION = ROOT / "docs/openapi.yaml"
# People of the demo data, whose module needs Django. All have the same password.
PEOPLE = ("maria", "alice", "admin")
PASSWORD = "learn-together-26"


@dataclass(frozen=True)
class Outcome:
    """The result of one run of schemathesis.

    Attributes:
        cases: the number of cases that it sent.
        failed: whether it found anything, or ended early.
    """

    person: str
    cases: int
    failed: bool
    seconds: float


def main() -> int:
    options = arguments()
    scratch = tempfile.TemporaryDirectory(prefix="proof-notes-")  # for schemathesis's own files
    with serving(options.url) as base, scratch as folder:
        outcomes = [run(person, base, folder, options) for person in options.people.split(",")]
    for each in outcomes:
        word = "FAILED" if each.failed else "no failures"
        print(f"{each.person}: {each.cases} cases, {word}, {each.seconds:.0f} s")
    print(f"All: {sum(each.cases for each in outcomes)} cases, seed {options.seed}")
    return int(any(each.failed for each in outcomes))


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument(
        "--examples", type=int, default=200, help="number for each operation and phase"
    )
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument(
        "--people", default=",".join(PEOPLE), help="user names, separated by commas"
    )
    parser.add_argument("--url", default=os.environ.get("DATABASE_URL", DEFAULT_URL))
    parser.add_argument("--tool", default=tool(), help="the command of schemathesis")
    return parser.parse_args()


def tool() -> str:
    installed = BIN / "schemathesis"
    return str(installed) if installed.exists() else shutil.which("schemathesis") or str(installed)


@contextmanager
def serving(server: str) -> Iterator[str]:
    """Start a server as in production, with a simulated Zoom and the demo data, on a separate
    database that is dropped at the end. Yield the server's base URL."""
    url = on(server, f"{server.rpartition('/')[2]}_schema")
    drop(url)
    create(url)
    port = free_port()
    with FakeZoom() as zoom, tempfile.TemporaryDirectory(prefix="proof-media-") as media:
        settings = environment("product", url, port=port) | zoom.environment
        settings |= {"MEDIA_ROOT": media, "ZOOM_WEBHOOK_SECRET": "a-secret"}
        settings |= {"DJANGO_SETTINGS_MODULE": "tests.support.quick_settings"}
        migrate(url)
        # With DEBUG the staff get a password, too.
        load = [sys.executable, "manage.py", "load_demo_data"]
        subprocess.run(load, cwd=ROOT, env=settings | {"DEBUG": "1"}, check=True)
        serve = [sys.executable, "manage.py", "serve"]
        process = subprocess.Popen(serve, cwd=ROOT, env=settings, start_new_session=True)
        try:
            wait_until_ready(process, "product", port)
            yield f"http://127.0.0.1:{port}"
        finally:
            stop(process)
            drop(url)


def run(person: str, base: str, folder: str, options: argparse.Namespace) -> Outcome:
    command = [options.tool, "--config-file", str(FOLDER / "schemathesis.toml"), "run"]
    command += [str(DESCRIPTION), "--url", base, "--no-color", "--workers", str(options.workers)]
    command += ["--max-examples", str(options.examples), "--seed", str(options.seed)]
    names = {"PROOF_USERNAME": person, "PROOF_PASSWORD": PASSWORD, "PYTHONPATH": str(ROOT)}
    print(f"── As {person} ──", flush=True)
    began, output = time.monotonic(), ""
    process = subprocess.Popen(
        command, cwd=folder, env=os.environ | names, stdout=subprocess.PIPE, text=True
    )
    assert process.stdout is not None
    for line in process.stdout:
        print(line, end="", flush=True)
        output += line
    failed = process.wait() != 0
    found = re.search(r"([\d,]+) generated", output)
    cases = int(found[1].replace(",", "")) if found else 0
    return Outcome(person, cases, failed, time.monotonic() - began)


if __name__ == "__main__":
    sys.exit(main())
