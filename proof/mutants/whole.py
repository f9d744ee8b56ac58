"""Mutants of code that runs at import: each is tested in a new process, in a copy of the
project."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from proof.mutants.making import Mutant
from proof.mutants.scope import ROOT

FAILED = re.compile(r"^(?:FAILED|ERROR) (\S+)", re.MULTILINE)
LEFT_OUT = shutil.ignore_patterns(".*", "__pycache__", "bench", "proof", "media", "db.sqlite3*")
PYTEST = ["-m", "pytest", "-x", "-rfE", "-p", "no:cacheprovider"]
# Codes, sentences and actions are in pages that are generated from the code. CI compares them.
DRIFT = (
    ["manage.py", "makemigrations", "--check", "--dry-run"],
    ["manage.py", "draw_states", "--check"],
    ["manage.py", "spectacular", "--file", "docs/drawn.yaml"],
)


def attempt(mutant: Mutant, tests: list[str]) -> str:
    """Return the test that fails; "loading" if no test could start, "drift" if only CI's comparison
    of generated pages fails; "" if nothing does."""
    with tempfile.TemporaryDirectory() as folder:
        copy = Path(folder, "project")
        shutil.copytree(ROOT, copy, ignore=LEFT_OUT)
        (copy / mutant.path).write_text(mutant.source)
        done = python(copy, *PYTEST, *tests)
        if done.returncode == 0:
            return "drift" if has_drifted(copy) else ""
    found = FAILED.search(done.stdout)
    return found.group(1) if found else "loading"


def has_drifted(copy: Path) -> bool:
    if any(python(copy, *command).returncode for command in DRIFT):
        return True
    return (copy / "docs/drawn.yaml").read_bytes() != (copy / "docs/openapi.yaml").read_bytes()


def python(copy: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, *arguments], cwd=copy, capture_output=True, text=True, check=False
    )
