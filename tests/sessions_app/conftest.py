"""Fixtures for the tests of group sessions."""

from __future__ import annotations

import pytest


@pytest.fixture
def offered(session):
    """`offered(3)`: create three `request` sessions."""

    def make(number=1):
        return [
            session(title=f"S{n}", booking_mode="request", subject="Maths", level="beginner")
            for n in range(number)
        ]

    return make
