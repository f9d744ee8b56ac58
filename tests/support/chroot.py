"""Runs the tests in another Debian with its Python, for versions that this machine doesn't have.

    debootstrap --variant=minbase --include=python3-venv,ca-certificates,git,make trixie BASE
    python -m tests.support.chroot BASE TARGET [file of this machine that pip needs there …] \\
        [-- pytest's arguments]

BASE is copied to TARGET. There, a fresh clone of the last commit installs what it needs, imports
every module of the server, and runs the tests. It needs root, for chroot and for its mounts. It
uses this machine's network: tests find a Redis on localhost, or at REDIS_URL.
"""

from __future__ import annotations

import os
import shlex
import subprocess
import sys
from pathlib import Path

from tests.support.dockerfile import PATH, ROOT, admitted, begin

# These mounts are in the process's own namespace, and end with the process.
ENTER = """
mount --bind /dev "$0"/dev && mount -t tmpfs tmpfs "$0"/dev/shm &&
mount -t proc proc "$0"/proc && mount -t tmpfs tmpfs "$0"/tmp &&
exec chroot "$0" /bin/sh -ec "$1"
"""
IMPORT_ALL = """
import importlib, pkgutil, sys
import django
django.setup()
count = 0
for package in sys.argv[1:]:
    for module in pkgutil.walk_packages([package], package + "."):
        importlib.import_module(module.name)
        count += 1
print(f"Python {sys.version.split()[0]}: {count} modules can be imported.", flush=True)
"""


def script(arguments: list[str]) -> str:
    """Return the shell script that runs inside."""
    packages = [name for name in admitted() if (ROOT / name).is_dir()]
    return "\n".join(
        [
            "cd /project",
            "make .venv/.development",
            "export DJANGO_SETTINGS_MODULE=config.settings",
            shlex.join([".venv/bin/python", "-c", IMPORT_ALL, *packages]),
            shlex.join([".venv/bin/python", "-m", "pytest", *arguments]),
        ]
    )


def main(base: Path, target: Path, machine_files: list[str], arguments: list[str]) -> int:
    """Return the exit code of the tests, or of the first step that failed."""
    begin(base, target, machine_files)
    subprocess.run(["git", "clone", "--quiet", ROOT, target / "project"], check=True)
    unwanted = {"DATABASE_URL", "VIRTUAL_ENV"}
    environment = {key: value for key, value in os.environ.items() if key not in unwanted}
    command = ["unshare", "--mount", "sh", "-c", ENTER, str(target), script(arguments)]
    return subprocess.run(command, env=environment | {"PATH": PATH}, check=False).returncode


if __name__ == "__main__":
    end = sys.argv.index("--") if "--" in sys.argv else len(sys.argv)
    folders = [Path(name).resolve() for name in sys.argv[1:3]]
    sys.exit(main(*folders, sys.argv[3:end], sys.argv[end + 1 :]))
