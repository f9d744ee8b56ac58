"""Each rule that is cited has a heading in `docs/contract.md`, and each rule there has a test.

A mark is the letter of one of that page's sections with a rule's number: (contract C4), [S5, S6],
S5–S9. Marks are searched in the comments and docstrings of Python files, whose other strings are
data, and in the whole text of other files. Text next to a quotation mark, a backtick, a percent
sign or another letter or digit is not a mark: `C4` of Ruff, `W005`, `S104`, `%C3`. Letters that the
page has no section for are marks only after the word "contract".
"""

from __future__ import annotations

import io
import re
import tokenize
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
PAGE = (ROOT / "docs/contract.md").read_text()
RULES = re.findall(r"^### ([A-Z]\d+) \S", PAGE, re.MULTILINE)
LETTERS = "".join(re.findall(r"^## ([A-Z])\. ", PAGE, re.MULTILINE))
MARK = re.compile(
    rf"""(?<![\w%"'`#&./+-])[{LETTERS}][1-9]\d?(?![\w%"`])|(?<=\bcontract )[A-Z]\d+\b"""
)
# References to pages and threads that are not in the repository.
ELSEWHERE = re.compile(
    r"\bdesign(?:'s)? section|\bsection \d+ of the design|\bbeyond\.md|\bcontract(?:'s |/)README"
    r"""|\bissue (?:\d|#|")""",
    re.IGNORECASE,
)
TEXTS = {".py", ".md", ".html", ".txt", ".yml", ".yaml", ".toml", ".conf", ".sql", ".sh"}
NEWLINE = "\n"
IGNORED = {line.strip("/") for line in (ROOT / ".gitignore").read_text().split()}


@cache
def files() -> list[Path]:
    """Return every text file of the repository."""
    tops = [each for each in ROOT.iterdir() if each.name not in IGNORED and each.name != ".git"]
    inside = [each for top in tops for each in (top.rglob("*") if top.is_dir() else [top])]
    return sorted(each for each in inside if each.suffix in TEXTS)


@cache
def found(pattern: re.Pattern[str], file: Path) -> list[tuple[str, str]]:
    """Return the matches in a file's prose, each with its place."""
    text = file.read_text()
    if not pattern.search(text):  # most files, and reading their tokens takes long
        return []
    name = file.relative_to(ROOT) if file.is_relative_to(ROOT) else file
    parts = prose_of(text) if file.suffix == ".py" else [(1, text)]
    return [
        (match[0], f"{name}:{start + prose.count(NEWLINE, 0, match.start())}")
        for start, prose in parts
        for match in pattern.finditer(prose)
    ]


def prose_of(code: str) -> Iterator[tuple[int, str]]:
    """Yield the comments and docstrings of Python code, each with the number of its first line."""
    layout = {tokenize.NEWLINE, tokenize.INDENT, tokenize.DEDENT, tokenize.NL, tokenize.COMMENT}
    begins = True
    for token in tokenize.generate_tokens(io.StringIO(code).readline):
        if token.type == tokenize.COMMENT or (token.type == tokenize.STRING and begins):
            yield token.start[0], token.string
        if token.type != tokenize.NL and token.type != tokenize.COMMENT:
            begins = token.type in layout


def unknown(marks: list[tuple[str, str]]) -> list[tuple[str, str]]:
    """Return the marks that match no rule."""
    return [(mark, place) for mark, place in marks if mark not in RULES]


def shortened(address: str) -> str:
    """Return the short form of an address in the page's tables: `…/start/`."""
    return f"…/{address.rstrip('/').rsplit('/', 1)[1]}/"


def test_the_page_has_each_rule_once_in_order_under_its_section():
    assert LETTERS == "CSMNOF"
    counts = {"C": 10, "S": 14, "M": 3, "N": 5, "O": 8, "F": 4}
    assert [f"{letter}{n}" for letter in LETTERS for n in range(1, counts[letter] + 1)] == RULES


def test_every_mark_matches_a_rule():
    marks = [each for file in files() for each in found(MARK, file)]

    assert len(marks) > 200
    assert unknown(marks) == []


def test_nothing_refers_to_pages_outside_the_repository():
    assert [each for file in files() for each in found(ELSEWHERE, file)] == []


def test_every_rule_is_cited_by_a_test():
    tests = [file for file in files() if file.name.startswith("test_") and file != Path(__file__)]
    cited = {mark for file in tests for mark, _ in found(MARK, file)}

    assert [rule for rule in RULES if rule not in cited] == []


def test_the_page_names_every_address_of_the_api():
    description = (ROOT / "docs/openapi.yaml").read_text()
    addresses = re.findall(r"^  (/\S+):$", description, re.MULTILINE)
    named = set(re.findall(r"(?:/|…/)[^`\s]+", PAGE))

    assert len(addresses) > 50
    assert [each for each in addresses if named.isdisjoint({each, shortened(each)})] == []


def test_every_link_within_the_page_leads_to_a_heading():
    headings = re.findall(r"^#+ (.+)$", PAGE, re.MULTILINE)
    anchors = {re.sub(r"[^\w -]", "", each.lower()).replace(" ", "-") for each in headings}

    assert set(re.findall(r"\]\(#([^)]+)\)", PAGE)) - anchors == set()


@pytest.mark.parametrize(
    ("name", "text", "marks"),
    [
        ("a.md", "who (contract S15), [C4, N6] and S2–S16's end", ["S15", "N6", "S16"]),
        ("a.md", 'select = ["C99"], `S44`, %C0%B0, S104, W005, UTC99, T7, §C2', []),
        ("a.md", "which is (contract T7)", ["T7"]),
        ("a.py", '"""Of S99."""\nlevel = "Japanese N9"  # as C98 says\n', ["S99", "C98"]),
        (
            "a.py",
            'def f():\n    """See\n\n    F9."""\n    return {\n        "M9 is data": 1}\n',
            ["F9"],
        ),
    ],
)
def test_marks_without_a_rule_are_found_and_other_letters_with_numbers_are_ignored(
    tmp_path, name, text, marks
):
    (tmp_path / name).write_text(text)

    noticed = unknown(found(MARK, tmp_path / name))

    assert [mark for mark, _ in noticed] == marks


@pytest.mark.parametrize(
    "text", ["(design section 3)", "(issue 8 point 2)", 'Limits (issue "Limits")']
)
def test_a_reference_to_a_page_outside_the_repository_is_found(tmp_path, text):
    (tmp_path / "a.py").write_text(f'"""Something {text}."""\n')

    assert len(found(ELSEWHERE, tmp_path / "a.py")) == 1
