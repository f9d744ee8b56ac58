"""No regular expression of the product is ambiguous, so that none takes more than linear time."""

from __future__ import annotations

import re

import pytest

from tests.patterns.ambiguity import ambiguities
from tests.patterns.finding import modules, sites
from tests.patterns.listed import ADDRESSES, BOUNDED, LISTED, patterns_at

OLD_ACTIVE = (
    r"(?is)\s*(?:<!--.*?-->\s*)*(?:<!doctype|<html|<head|<body|<svg|<script|<iframe|<\?|#!)"
)
AMBIGUOUS = [
    (OLD_ACTIVE, "match", "exponential"),
    ("(a*)*b", "match", "exponential"),
    ("(a+)+b", "match", "exponential"),
    ("(?>(a+)+)b", "match", "exponential"),
    ("(?:a|a)*b", "match", "exponential"),
    ("(?:a|aa)*b", "match", "exponential"),
    ("(?:a*b*)*c", "match", "exponential"),
    (r"(?:\w+\s?)*$", "match", "exponential"),
    (r"(?:a{0,61}a)*b", "match", "exponential"),
    ("a*a*b", "match", "polynomial"),
    ("a*", "search", ""),
    ("a*b", "search", "polynomial"),
    (r"\s+$", "sub", "polynomial"),
    ("a*a*", "fullmatch", "polynomial"),
    (".+/.+/", "search", "polynomial"),
    ("(?=.*b)a", "search", "polynomial"),
]
UNAMBIGUOUS = [
    ("a*b", "match"),
    ("a*a*", "match"),
    ("a*+a*b", "match"),
    ("(?>a+)a*b", "match"),
    ("(?>a+|c)*b", "match"),
    ("(?:a|b)*c", "match"),
    (r"(?:a{1,63}\.)*b", "match"),
    (r"(?:[\w-]+\.)+\w+!", "match"),
    ("(?<!a)a++b", "search"),
    (r"\ba+\b!", "search"),
    ("^a*b", "search"),
    (r"\s+", "sub"),
    ("(?!b)a*b", "match"),
]


def test_every_pattern_of_the_product_is_listed():
    found = {str(site) for path in modules() for site in sites(path)}

    assert found == LISTED.keys() | ADDRESSES, "list every pattern in `tests/patterns/listed.py`"


@pytest.mark.parametrize("site", sorted(LISTED))
def test_no_pattern_of_the_product_is_ambiguous(site):
    found = {
        each.pattern: phrases
        for each in patterns_at(site)
        if (phrases := ambiguities(each.pattern, each.flags, LISTED[site]))
    }

    assert bool(found) == (site in BOUNDED), found


@pytest.mark.parametrize(("pattern", "method", "word"), AMBIGUOUS)
def test_an_ambiguous_pattern_is_found(pattern, method, word):
    found = ambiguities(pattern, method=method)

    assert [each.split()[0] for each in found] == [word] * bool(word)


@pytest.mark.parametrize(("pattern", "method"), UNAMBIGUOUS)
def test_an_unambiguous_pattern_is_accepted(pattern, method):
    assert ambiguities(pattern, method=method) == []


def test_the_reported_text_is_matched_slowly():
    [found] = ambiguities(OLD_ACTIVE, method="match")
    repeated = found.partition("'")[2].rstrip("'").encode().decode("unicode_escape")

    assert repeated.count("<!--") == repeated.count("-->") == 1
    assert re.match(OLD_ACTIVE, f"<!--{repeated * 3}--><html>")


@pytest.mark.parametrize(
    "code", ["from re import compile", "import re as r", "from re import match as m"]
)
def test_an_import_that_hides_patterns_from_the_list_is_refused(tmp_path, monkeypatch, code):
    monkeypatch.setattr("tests.patterns.finding.ROOT", tmp_path)
    (tmp_path / "hidden.py").write_text(code)

    with pytest.raises(AssertionError):
        sites(tmp_path / "hidden.py")
