"""Each test that `docs/security.md` names exists."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
PAGE = (ROOT / "docs/security.md").read_text()
NAMED = sorted(set(re.findall(r"`(tests/[\w/]+\.py)::(\w+)`", PAGE)))


def names(path: str) -> set[str]:
    """Return the names of a file's functions and methods; none if there is no such file."""
    file = ROOT / path
    nodes = ast.walk(ast.parse(file.read_text() if file.exists() else ""))
    return {each.name for each in nodes if isinstance(each, ast.FunctionDef | ast.AsyncFunctionDef)}


def test_every_test_that_the_page_names_exists():
    assert len(NAMED) > 60
    assert [f"{path}::{test}" for path, test in NAMED if test not in names(path)] == []


@pytest.mark.parametrize("number", range(1, 11))
def test_every_risk_of_the_list_has_a_test(number):
    after = PAGE.split(f"### API{number} ")[1]
    assert re.search(r"`tests/[\w/]+\.py::\w+`", re.split(r"\n##", after)[0])


def test_a_missing_test_would_be_found():
    assert "test_that_does_not_exist" not in names("tests/test_security_page.py")
    assert names("tests/missing.py") == set()
