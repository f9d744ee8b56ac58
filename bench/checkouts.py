"""Checkouts of the product: this one, and others of a git reference, to compare with."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent


@dataclass(frozen=True, slots=True)
class Checkout:
    """The product's code at one commit.

    Attributes:
        name: how reports call it.
        root: the folder with `manage.py`.
        python: the interpreter whose environment has what this code requires.
    """

    name: str
    root: Path
    python: str

    def manage(self, *command: str, environment: Mapping[str, str]) -> None:
        """Run a command of `manage.py` to its end, with these variables besides our own."""
        subprocess.run(
            [self.python, "manage.py", *command],
            cwd=self.root,
            env=os.environ | environment | {"PYTHONPATH": str(self.root)},
            check=True,
        )


HERE = Checkout("product", ROOT, sys.executable)


@contextmanager
def checked_out(reference: str, repository: Path = ROOT) -> Iterator[Checkout]:
    """Yield a checkout of this git reference, named by its commit, in a temporary folder.

    It uses the current environment if it requires the same as the repository's code does;
    otherwise, pip fills an environment of its own, which takes a minute.

    Raises:
        SystemExit: the repository has no such commit.
    """
    git = ["git", "-C", str(repository)]
    parsed = subprocess.run(
        [*git, "rev-parse", "--verify", "--quiet", "--end-of-options", f"{reference}^{{commit}}"],
        capture_output=True,
        text=True,
        check=False,
    )
    if parsed.returncode:
        raise SystemExit(f"There is no commit {reference!r} in {repository}.")
    commit = parsed.stdout.strip()
    with tempfile.TemporaryDirectory(prefix="bench-checkout-") as folder:
        root = Path(folder, "code")
        root.mkdir()
        packed = subprocess.run([*git, "archive", commit], stdout=subprocess.PIPE, check=True)
        subprocess.run(["tar", "-x", "-C", str(root)], input=packed.stdout, check=True)
        python = sys.executable
        if requirements(root) != requirements(repository):
            python = new_environment(Path(folder, "environment"), root)
        yield Checkout(commit[:9], root, python)


def requirements(root: Path) -> bytes:
    return (root / "requirements.txt").read_bytes()


def new_environment(folder: Path, root: Path) -> str:
    """Make an environment with what the code in `root` requires. Return its interpreter."""
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", str(folder)], check=True)
    python = str(folder / "bin/python")
    pip = [sys.executable, "-m", "pip", "--python", python, "--disable-pip-version-check"]
    required = str(root / "requirements.txt")
    subprocess.run([*pip, "install", "--quiet", "--requirement", required], check=True)
    return python
