"""Finds every regular expression that may be applied to input, in the code and at run time."""

from __future__ import annotations

import ast
import re
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from types import ModuleType
from typing import Any

from django.urls import URLPattern, URLResolver, get_resolver

from tests.support.server import ROOT

APPS = (
    *(
        "accounts",
        "config",
        "core",
        "friendships",
        "mail",
        "materials",
        "notifications",
        "operations",
    ),
    *("sessions_app", "zoom"),
)
# The functions of `re` that take a pattern, and classes that have one.
FUNCTIONS = {
    *("compile", "match", "fullmatch", "search", "sub", "subn", "split", "findall", "finditer"),
}
KEEPERS = {"RegexValidator", "RegexField", "re_path"}
ENGINES = {"re", "regex", "re2", "fnmatch", "sre_compile"}


@dataclass(frozen=True)
class Site:
    """A place in the code with a pattern: its module, and the name of its statement."""

    module: str
    name: str

    def __str__(self) -> str:
        return f"{self.module}.{self.name}"


def modules() -> list[Path]:
    found = [path for app in APPS for path in (ROOT / app).rglob("*.py")]
    return [path for path in found if "migrations" not in path.parts]


def sites(path: Path) -> set[Site]:
    """Return the places where a module of the product has patterns.

    Raises:
        AssertionError: it imports a regular-expression engine in a way that hides its uses.
    """
    tree = ast.parse(path.read_text())
    module = ".".join(path.relative_to(ROOT).with_suffix("").parts)
    found = set()
    for statement in tree.body:
        name = name_of(statement)
        for node in ast.walk(statement):
            imported = node.module if isinstance(node, ast.ImportFrom) else ""
            assert imported not in ENGINES, f"{module}: use `import {imported}`."
            if isinstance(node, ast.Import):
                names = {each.name for each in node.names if each.asname}
                assert not names & ENGINES, f"{module}: import {names} without another name."
            if isinstance(node, ast.Call) and has_pattern(node.func):
                found.add(Site(module, name or f"line {node.lineno}"))
    return found


def name_of(statement: ast.stmt) -> str:
    if isinstance(statement, ast.FunctionDef | ast.ClassDef | ast.AsyncFunctionDef):
        return statement.name
    targets = statement.targets if isinstance(statement, ast.Assign) else []
    return ", ".join(each.id for each in targets if isinstance(each, ast.Name))


def has_pattern(function: ast.expr) -> bool:
    if isinstance(function, ast.Attribute) and isinstance(function.value, ast.Name):
        return function.value.id in ENGINES and function.attr in FUNCTIONS
    return isinstance(function, ast.Name) and function.id in KEEPERS


def routes(resolver: URLResolver | None = None) -> Iterator[re.Pattern[str]]:
    """Yield the pattern of each address, including the admin's."""
    for each in (resolver or get_resolver()).url_patterns:
        yield each.pattern.regex
        if isinstance(each, URLResolver):
            yield from routes(each)
        else:
            assert isinstance(each, URLPattern)


@contextmanager
def watching(seen: dict[Any, re.Pattern[Any]]) -> Iterator[None]:
    """Record the patterns that this thread uses in the block, by id and method. Hashing the
    patterns would be slow."""

    def watch(frame: Any, event: str, called: Any) -> None:
        if event == "c_call" and type(owner := called.__self__) is re.Pattern:
            seen[id(owner), called.__name__] = owner

    before = sys.getprofile()
    sys.setprofile(watch)
    try:
        yield
    finally:
        sys.setprofile(before)


def kept_by(names: list[str]) -> set[re.Pattern[Any]]:
    """Return the patterns in the namespaces of modules, of their classes, and of their imported
    submodules."""
    for name in names:
        import_module(name)
    mine = [
        module
        for known, module in list(sys.modules.items())
        if any(known == name or known.startswith(f"{name}.") for name in names)
    ]
    found: set[re.Pattern[Any]] = set()
    for module in mine:
        spaces: list[Any] = [module, *(e for e in vars(module).values() if isinstance(e, type))]
        for space in spaces:
            values = vars(space).values() if isinstance(space, ModuleType | type) else ()
            found |= {each for each in values if isinstance(each, re.Pattern)}
    return found
