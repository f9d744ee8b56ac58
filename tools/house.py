"""Measures the shape of the code: its size, its tiny functions, and the way of two requests.

Run as `python tools/house.py` in the development environment. Sizes are counted by `ast`. The way
of a request is traced: which files of the product it passes, and how many calls go from one of them
to another. It uses a database of its own in a temporary folder.
"""

from __future__ import annotations

import ast
import os
import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
NOT_PRODUCT = {"tests", "bench", "proof", "tools", "docs"}
# The figures must not exceed these.
BARS = {
    "lines of the product": 20_000,
    "tiny functions called once": 80,
    "files of a list": 22,
    "calls between files for a list": 40,
    "files of a join": 28,
    "calls between files for a join": 90,
    "lines of support code of tests": 5_500,
}
# A function of so many lines at most is tiny.
TINY = 3
FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef)


def main() -> None:
    figures = {
        "lines of the product": sum(map(lines_of, product())),
        "tiny functions called once": len(list(tiny_functions())),
        "lines of support code of tests": sum(map(lines_of, support())),
    }
    figures |= ways()
    if "--names" in sys.argv:
        print(*tiny_functions(), sep="\n")
    print(f"{'':36}{'now':>8}{'bar':>8}")
    for name, bar in BARS.items():
        print(f"{name:36}{figures[name]:8,}{bar:8,}{'' if figures[name] <= bar else '  over'}")


def tracked(pattern: str) -> list[Path]:
    """Return the repository's files that match the pattern."""
    command = ["git", "ls-files", "--cached", "--others", "--exclude-standard", pattern]
    listed = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout
    return [ROOT / line for line in listed.splitlines() if (ROOT / line).exists()]


def product() -> list[Path]:
    """Return the Python files of the product, without migrations."""
    return [
        path
        for path in tracked("*.py")
        if not NOT_PRODUCT & set(path.relative_to(ROOT).parts) and "migrations" not in path.parts
    ]


def support() -> list[Path]:
    """Return the Python files of the tests that contain no tests."""
    return [path for path in tracked("tests/*.py") if not path.name.startswith("test_")]


def lines_of(path: Path) -> int:
    return len(path.read_text().splitlines())


def tiny_functions() -> Iterator[str]:
    """Yield the functions of at most `TINY` lines, apart from their docstring, that the product
    names exactly once. Those that it never names, or by `super()`, are called by a framework."""
    trees = {path: ast.parse(path.read_text()) for path in product()}
    named = Counter(name for tree in trees.values() for name in names_in(tree))
    hooks = {name for tree in trees.values() for name in overridden_in(tree)}
    once = {name for name, times in named.items() if times == 1} - hooks
    for path, tree in trees.items():
        for node in ast.walk(tree):
            if isinstance(node, FUNCTIONS) and is_tiny(node) and node.name in once:
                yield f"{path.relative_to(ROOT)}:{node.lineno} {node.name}"


def names_in(tree: ast.AST) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Name):
            yield node.id
        elif isinstance(node, ast.Attribute):
            yield node.attr


def overridden_in(tree: ast.AST) -> Iterator[str]:
    """Yield the names of the methods that are called as `super().name`."""
    for node in ast.walk(tree):
        match node:
            case ast.Attribute(value=ast.Call(func=ast.Name(id="super"))):
                yield node.attr


def is_tiny(function: ast.FunctionDef | ast.AsyncFunctionDef) -> bool:
    body = function.body[1:] if ast.get_docstring(function) is not None else function.body
    if not body or function.decorator_list or function.name.startswith("__"):
        return False
    return (body[-1].end_lineno or 0) - body[0].lineno < TINY


# ── The way of a request ─────────────────────────────────────────────────────────────────────


def ways() -> dict[str, int]:
    """Return how many files a warm list and a warm join pass, and how many calls go from one file
    to another."""
    sys.path.insert(0, str(ROOT))
    with tempfile.TemporaryDirectory() as folder:
        os.environ |= {
            "DJANGO_SETTINGS_MODULE": "config.settings",
            "DATABASE_URL": f"sqlite:///{folder}/house.sqlite3",
            "LOG_LEVEL": "error",
            "EMBEDDED_SCHEDULER": "0",
        }
        import django  # noqa: PLC0415  # needs the settings
        from django.core.management import call_command  # noqa: PLC0415

        django.setup()
        call_command("migrate", verbosity=0)
        listed, joined = traced_requests()
    return {
        "files of a list": len(listed.files),
        "calls between files for a list": listed.calls,
        "files of a join": len(joined.files),
        "calls between files for a join": joined.calls,
    }


def traced_requests() -> tuple[Trace, Trace]:
    """Return the traces of a student's list of one session, and of joining a session."""
    from datetime import timedelta  # noqa: PLC0415

    from django.test import Client  # noqa: PLC0415
    from django.utils import timezone  # noqa: PLC0415

    from accounts import tokens  # noqa: PLC0415
    from accounts.models import User  # noqa: PLC0415

    def client(user: User) -> Client:
        token = tokens.issue(user)["access"]
        return Client(SERVER_NAME="localhost", headers={"Authorization": f"Bearer {token}"})

    def create() -> int:
        date = (timezone.now() + timedelta(days=9)).isoformat()
        body: dict[str, Any] = {"title": "Algebra", "description": "Equations.", "date": date}
        body["max_participants"] = 20
        session: int = creator.post("/api/sessions/", body, "application/json").json()["id"]
        return session

    def read_list() -> None:
        assert student.get("/api/sessions/").json()["count"] == 1

    def join() -> None:
        answer = student.post(f"/api/sessions/{sessions.pop()}/join/", {}, "application/json")
        assert answer.status_code == 201, answer.content

    creator = client(
        User.objects.create(username="creator", email="c@example.org", role="instructor")
    )
    student = client(User.objects.create(username="student", email="s@example.org"))
    sessions = [create()]
    listed = traced(read_list)
    sessions += [create(), create()]
    return listed, traced(join)


class Trace:
    """Counts the calls between files of the product while it is the profiler."""

    def __init__(self) -> None:
        self.files: set[str] = set()
        self.calls = 0
        self.own = {str(path) for path in product()}

    def __call__(self, frame: Any, event: str, argument: Any) -> None:
        file = frame.f_code.co_filename
        if event != "call" or file not in self.own:
            return
        self.files.add(file)
        caller = frame.f_back
        while caller is not None and caller.f_code.co_filename not in self.own:
            caller = caller.f_back
        self.calls += caller is not None and caller.f_code.co_filename != file


def traced(request: Callable[[], None]) -> Trace:
    """Make a request three times, and return the trace of the last one."""
    request()
    request()
    trace = Trace()
    sys.setprofile(trace)
    try:
        request()
    finally:
        sys.setprofile(None)
    return trace


if __name__ == "__main__":
    main()
