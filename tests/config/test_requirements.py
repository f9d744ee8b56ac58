"""The dependencies in `pyproject.toml`, the pinned requirements and the imports of the code agree.

These tests use no package index. `make requirements` does; CI runs it and compares the result.
"""

from __future__ import annotations

import ast
import re
import sys
import tomllib
from collections.abc import Iterator
from importlib.metadata import packages_distributions
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from tests.support.dockerfile import admitted
from tests.support.server import ROOT

PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())
RUNTIME: list[str] = PROJECT["project"]["dependencies"]
GROUPS: dict[str, list[str]] = PROJECT["dependency-groups"]
DECLARED = {
    "requirements.txt": RUNTIME,
    "requirements-dev.txt": RUNTIME + GROUPS["dev"],
    "bench/requirements.txt": GROUPS["bench"],
}
PIN = re.compile(r"^([\w.-]+)==(\S+)(?: ; .+)? \\\n((?:    --hash=sha256:[0-9a-f]{64}(?: \\)?\n)+)")


def blocks(name: str) -> list[str]:
    """Return a text for each pin, with its hashes and the comment on which package requires it."""
    return re.split(r"\n(?=[^\s#])", "\n" + (ROOT / name).read_text())[1:]


def pins(name: str) -> dict[str, str]:
    """Return the version of each package that a file pins."""
    found = [PIN.match(block) for block in blocks(name)]
    return {each[1]: each[2] for each in found if each}


@pytest.mark.parametrize("name", DECLARED)
def test_every_entry_is_a_pin_with_hashes_and_no_url(name):
    others = [block for block in blocks(name) if not PIN.match(block)]

    assert others == []
    assert "://" not in (ROOT / name).read_text()


@pytest.mark.parametrize("name", DECLARED)
def test_every_declared_dependency_is_pinned_at_an_allowed_version(name):
    pinned = pins(name)
    for declared in map(Requirement, DECLARED[name]):
        version = pinned.get(canonicalize_name(declared.name))
        assert version, f"{declared} is not in {name}: run `make requirements`"
        assert declared.specifier.contains(version), f"{declared}: {name} has {version}"


@pytest.mark.parametrize("name", DECLARED)
def test_only_declared_dependencies_are_pinned_directly(name):
    direct = {
        block.split("==")[0] for block in blocks(name) if f"{PROJECT['project']['name']} (" in block
    }

    assert direct == {canonicalize_name(Requirement(each).name) for each in DECLARED[name]}


def test_all_requirements_files_pin_the_same_versions():
    runtime, development, bench = (pins(name) for name in DECLARED)

    assert runtime.items() <= development.items()
    assert {name: development[name] for name in bench.keys() & development.keys()} == {
        name: version for name, version in bench.items() if name in development
    }


def imported(folders: list[str]) -> Iterator[str]:
    """Yield the top-level names that the files in these folders import."""
    for file in (file for folder in folders for file in (ROOT / folder).rglob("*.py")):
        for node in ast.walk(ast.parse(file.read_text())):
            if isinstance(node, ast.Import):
                yield from (alias.name.split(".")[0] for alias in node.names)
            elif isinstance(node, ast.ImportFrom) and not node.level:
                yield str(node.module).split(".")[0]


@pytest.mark.parametrize(
    ("folders", "declared"),
    [
        ([name for name in admitted() if Path(name).suffix == ""], RUNTIME),
        (["tests"], RUNTIME + GROUPS["dev"]),
    ],
    ids=["server", "tests"],
)
def test_every_imported_package_is_declared_directly(folders, declared):
    own = {path.name for path in ROOT.iterdir() if path.is_dir()}
    third_party = set(imported(folders)) - sys.stdlib_module_names - own
    distributions = packages_distributions()
    allowed = {canonicalize_name(Requirement(each).name) for each in declared}

    assert len(third_party) > 10
    for module in sorted(third_party):
        owners = {canonicalize_name(name) for name in distributions.get(module, [])}
        assert owners & allowed, f"{module} is imported; declare {owners or 'its package'}"
