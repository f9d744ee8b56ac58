"""`docs/security.md` names tests as proofs: each must be there."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
PAGE = (ROOT / "docs/security.md").read_text()
NAMED = sorted(set(re.findall(r"`(tests/[\w/]+\.py)::(\w+)`", PAGE)))


def names(path: str) -> set[str]:
    """The functions of a file, if there is one; methods, too."""
    file = ROOT / path
    nodes = ast.walk(ast.parse(file.read_text() if file.exists() else ""))
    return {each.name for each in nodes if isinstance(each, ast.FunctionDef | ast.AsyncFunctionDef)}


def test_every_test_that_the_page_names_is_there():
    assert len(NAMED) > 60
    assert [f"{path}::{test}" for path, test in NAMED if test not in names(path)] == []


@pytest.mark.parametrize("number", range(1, 11))
def test_every_risk_of_the_list_has_a_test(number):
    after = PAGE.split(f"### API{number} ")[1]
    assert re.search(r"`tests/[\w/]+\.py::\w+`", re.split(r"\n##", after)[0])


def test_a_test_that_is_gone_would_be_noticed():
    assert "test_that_never_was" not in names("tests/test_security_page.py")
    assert names("tests/that_never_was.py") == set()
