"""Case-insensitive search (contract S13) on SQLite, whose LIKE ignores only the case of ASCII."""

from __future__ import annotations

import pytest

from core.db.sqlite import like


@pytest.mark.parametrize(
    ("pattern", "escape", "text", "found"),
    [
        ("%ökologie%", "\\", "Über Ökologie", True),
        ("%ÉCOLE%", "\\", "une école", True),
        ("%straße%", "\\", "STRASSE 5", True),
        ("%100\\%%", "\\", "100% sure", True),
        ("%100\\%%", "\\", "100 sure", False),
        ("a\\_b", "\\", "a_b", True),
        ("a\\_b", "\\", "axb", False),
        ("a_b", "", "axb", True),
        ("%x.y%", "", "xzy", False),
        ("%two%", "", "one\ntwo", True),
        ("%b", "", "abc", False),
        ("trailing\\", "\\", "trailing", True),
        (None, "\\", "x", None),
        ("x", "\\", None, None),
    ],
)
def test_like_matches_like_postgresqls_ilike(pattern, escape, text, found):
    assert like(pattern, text, escape) is found


@pytest.mark.django_db
@pytest.mark.database
@pytest.mark.parametrize("query", ["search=über", "search=ÖKOLOGIE", "subject=école"])
def test_letters_beyond_ascii_are_found_regardless_of_case(api, session, student, query):
    session(title="Über Ökologie", subject="ÉCOLE")

    assert api(student).get(f"/api/sessions/?{query}").json()["count"] == 1
