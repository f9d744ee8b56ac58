"""Runs the Dockerfile without a container engine: its steps run in a folder instead of an image.

    debootstrap --variant=minbase --include=python3-venv,ca-certificates trixie BASE
    chroot BASE python3 -m venv /usr/local  # Debian's Python (3.13) instead of the image's
    python -m tests.support.dockerfile BASE TARGET [file of this machine that pip needs there …]
    python -m tests.support.dockerfile --start TARGET NAME=value … [-- another command]

The third line creates TARGET/final. The fourth runs its CMD as its USER, with everything read-only
except /tmp (in memory) and the volume. Both need root, for chroot and for mounts.
"""

from __future__ import annotations

import json
import os
import re
import shlex
import shutil
import subprocess
import sys
from dataclasses import asdict, dataclass, field
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PATH = "/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
MADE_BY_ENGINE = ["/etc/resolv.conf", "/etc/hosts"]
# The mounts of a container, in the mount namespace of the started process.
READ_ONLY = """
mount --bind "$0" "$0" && cd "$0" && mount -o remount,bind,ro "$0" &&
mount --bind "$0".media "$0"/media && mount -t tmpfs -o size=256m tmpfs "$0"/tmp &&
mount --bind /dev "$0"/dev && mount -t tmpfs tmpfs "$0"/dev/shm &&
mount -t proc proc "$0"/proc && exec chroot "$@"
"""


@dataclass
class Stage:
    """An image that is being built: its folder, and the settings of the instructions so far."""

    folder: Path
    environment: dict[str, str] = field(default_factory=lambda: {"PATH": PATH})
    place: str = "/"
    user: str = "0:0"
    command: list[str] = field(default_factory=list)

    def path(self, inside: str) -> Path:
        return self.folder / Path("/", self.place, inside).relative_to("/")

    def run(self, command: str) -> None:
        print(f"── RUN {command}", flush=True)
        script = f"cd {shlex.quote(self.place)} && {command}"
        enter = ["chroot", f"--userspec={self.user}", str(self.folder), "/bin/sh", "-c", script]
        subprocess.run(enter, env=self.environment, check=True)

    def set(self, pairs: str) -> None:
        for name, value in (pair.split("=", 1) for pair in shlex.split(pairs)):
            self.environment[name] = value.replace("$PATH", self.environment["PATH"])


def instructions() -> list[tuple[str, str]]:
    """Return each instruction with its text, with continued lines joined."""
    text = re.sub(r"^#.*\n", "", (ROOT / "Dockerfile").read_text(), flags=re.MULTILINE)
    lines = re.sub(r"\\\n", " ", text).splitlines()
    return [(line.split()[0], line.split(None, 1)[1]) for line in lines if line.strip()]


def admitted() -> list[str]:
    """Return the top-level names that .dockerignore allows; it excludes all others."""
    lines = (ROOT / ".dockerignore").read_text().splitlines()
    return [line[1:] for line in lines if line.startswith("!")]


def copy(stage: Stage, text: str, stages: dict[str, Stage]) -> None:
    *options, source, target = shlex.split(text)
    if options:
        origin = stages[options[0].removeprefix("--from=")].folder / source.lstrip("/")
        shutil.copytree(origin, stage.path(target), symlinks=True)
        return
    for name in admitted() if source == "." else [source]:
        assert name in admitted(), f"{name}: excluded by .dockerignore"
        put(ROOT / name, stage.path(target) / name)


def put(source: Path, target: Path) -> None:
    if source.is_dir():
        shutil.copytree(source, target, ignore=shutil.ignore_patterns("__pycache__", "*.pyc"))
    else:
        shutil.copy(source, target)


def begin(base: Path, folder: Path, machine_files: list[str]) -> Stage:
    subprocess.run(["cp", "--archive", base, folder], check=True)
    for name in [*MADE_BY_ENGINE, *machine_files]:
        if Path(name).exists():
            (folder / name[1:]).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(name, folder / name[1:])
    return Stage(folder)


def build(base: Path, target: Path, machine_files: list[str]) -> Stage:
    stages: dict[str, Stage] = {}
    stage = Stage(base)
    target.mkdir()
    for instruction, text in instructions():
        match instruction:
            case "FROM":
                name = text.split(" AS ")[1] if " AS " in text else "final"
                stage = stages[name] = begin(base, target / name, machine_files)
            case "WORKDIR":
                stage.place = text
                stage.path(".").mkdir(parents=True, exist_ok=True)
            case "ENV":
                stage.set(text)
            case "COPY":
                copy(stage, text, stages)
            case "RUN":
                stage.run(text)
            case "USER":
                stage.user = text
            case "CMD":
                stage.command = json.loads(text)
            case "ARG" | "VOLUME" | "EXPOSE" | "STOPSIGNAL" | "HEALTHCHECK":
                print(f"── {instruction} {text}: only for container engines")
            case _:
                raise ValueError(f"{instruction}: unknown instruction")
    return stage


def start(target: Path, settings: list[str], command: list[str]) -> None:
    """Replace this process by the container's: the image's own command, or another one."""
    stage = json.loads((target / "final.json").read_text())
    media = target / "final.media"
    media.mkdir(exist_ok=True)
    owner, group = stage["user"].split(":")
    os.chown(media, int(owner), int(group))
    inside = f"cd {shlex.quote(stage['place'])} && exec {shlex.join(command or stage['command'])}"
    enter = ["unshare", "--mount", "sh", "-c", READ_ONLY, str(target / "final")]
    enter += [f"--userspec={stage['user']}", str(target / "final"), "/bin/sh", "-c", inside]
    environment = stage["environment"] | dict(pair.split("=", 1) for pair in settings)
    os.execvpe(enter[0], enter, environment)


if __name__ == "__main__":
    if sys.argv[1] == "--start":
        end = sys.argv.index("--") if "--" in sys.argv else len(sys.argv)
        start(Path(sys.argv[2]).resolve(), sys.argv[3:end], sys.argv[end + 1 :])
    folder = Path(sys.argv[2]).resolve()
    made = build(Path(sys.argv[1]).resolve(), folder, sys.argv[3:])
    (folder / "final.json").write_text(json.dumps(asdict(made), default=str))
