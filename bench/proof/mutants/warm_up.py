"""Makes the tests' database, which every forked process then has."""

from __future__ import annotations


def test_the_database_is_there(db: None) -> None:
    pass
