"""A mutant of what runs when a module is loaded: a copy of the house, and a process of its own."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from bench.proof.mutants.making import Mutant
from bench.proof.mutants.scope import ROOT

FAILED = re.compile(r"^(?:FAILED|ERROR) (\S+)", re.MULTILINE)
LEFT_OUT = shutil.ignore_patterns(".*", "__pycache__", "docs", "bench", "media", "db.sqlite3*")


def attempt(mutant: Mutant, tests: list[str]) -> str:
    """The test that fails, or "loading" if none could be begun; "" if all pass."""
    with tempfile.TemporaryDirectory() as folder:
        copy = Path(folder, "house")
        shutil.copytree(ROOT, copy, ignore=LEFT_OUT)
        (copy / mutant.path).write_text(mutant.source)
        command = [sys.executable, "-m", "pytest", "-x", "-rfE", "-p", "no:cacheprovider", *tests]
        done = subprocess.run(command, cwd=copy, capture_output=True, text=True, check=False)
    if done.returncode == 0:
        return ""
    found = FAILED.search(done.stdout)
    return found.group(1) if found else "loading"
