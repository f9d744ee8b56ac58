"""Does the server do what its description says? Schemathesis asks a server in production's own
form, on PostgreSQL, with all of its checks and phases, as several people in turn.

    python -m bench.proof.schema --examples 200 --seed 1

Each person has demo data of their own and signs in by the API: an instructor, a student, and the
staff. A token that was ended is replaced by signing in again, and the passwords are none that a
draw at random could name, so nobody can lock themselves out.

Which checks apply is in `schemathesis.toml`. `object_level_authorization` alone has no place here:
it takes what two people see in common for a leak, and sessions are public. Who may see what is
held by the tests of permissions.
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

from bench.databases import DEFAULT_URL, ROOT, create, drop, migrate, on
from bench.servers import BIN, environment, free_port, stop, wait_until_ready
from tests.zoom.fake_zoom import FakeZoom

FOLDER = Path(__file__).resolve().parent
DESCRIPTION = ROOT / "docs/openapi.yaml"
# Of the demo data, whose module needs Django; all have the same password.
PEOPLE = ("maria", "alice", "admin")
PASSWORD = "learn-together-26"


@dataclass(frozen=True)
class Outcome:
    """What one run of schemathesis said.

    Attributes:
        cases: how many it has sent.
        failed: did it find anything, or end early?
    """

    person: str
    cases: int
    failed: bool
    seconds: float


def main() -> int:
    asked = arguments()
    notes = tempfile.TemporaryDirectory(prefix="proof-notes-")  # schemathesis keeps some
    with serving(asked.url) as base, notes as folder:
        outcomes = [run(person, base, folder, asked) for person in asked.people.split(",")]
    for each in outcomes:
        word = "FAILED" if each.failed else "no failures"
        print(f"{each.person}: {each.cases} cases, {word}, {each.seconds:.0f} s")
    print(f"All: {sum(each.cases for each in outcomes)} cases, seed {asked.seed}")
    return int(any(each.failed for each in outcomes))


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--examples", type=int, default=200, help="for each operation and phase")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--people", default=",".join(PEOPLE), help="names, with commas between")
    parser.add_argument("--url", default=os.environ.get("DATABASE_URL", DEFAULT_URL))
    parser.add_argument("--tool", default=tool(), help="the command that is schemathesis")
    return parser.parse_args()


def tool() -> str:
    beside = BIN / "schemathesis"
    return str(beside) if beside.exists() else shutil.which("schemathesis") or str(beside)


@contextmanager
def serving(server: str) -> Iterator[str]:
    """Its address: a server as in production, with a Zoom on loopback and the demo data, on a
    database of its own that goes with it."""
    url = on(server, f"{server.rpartition('/')[2]}_schema")
    drop(url)
    create(url)
    port = free_port()
    with FakeZoom() as zoom, tempfile.TemporaryDirectory(prefix="proof-media-") as media:
        settings = environment("product", url, port=port) | zoom.environment
        settings |= {"MEDIA_ROOT": media, "ZOOM_WEBHOOK_SECRET": "a-secret"}
        settings |= {"DJANGO_SETTINGS_MODULE": "tests.quick_settings"}
        migrate(url)
        # With DEBUG the staff gets a password, too.
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


def run(person: str, base: str, folder: str, asked: argparse.Namespace) -> Outcome:
    command = [asked.tool, "--config-file", str(FOLDER / "schemathesis.toml"), "run"]
    command += [str(DESCRIPTION), "--url", base, "--no-color", "--workers", str(asked.workers)]
    command += ["--max-examples", str(asked.examples), "--seed", str(asked.seed)]
    names = {"PROOF_USERNAME": person, "PROOF_PASSWORD": PASSWORD, "PYTHONPATH": str(ROOT)}
    print(f"── As {person} ──", flush=True)
    began, said = time.monotonic(), ""
    process = subprocess.Popen(
        command, cwd=folder, env=os.environ | names, stdout=subprocess.PIPE, text=True
    )
    assert process.stdout is not None
    for line in process.stdout:
        print(line, end="", flush=True)
        said += line
    failed = process.wait() != 0
    found = re.search(r"([\d,]+) generated", said)
    cases = int(found[1].replace(",", "")) if found else 0
    return Outcome(person, cases, failed, time.monotonic() - began)


if __name__ == "__main__":
    sys.exit(main())
