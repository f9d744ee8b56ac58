"""Creates the test database, which every forked process inherits."""

from __future__ import annotations


def test_the_database_is_there(db: None) -> None:
    pass
