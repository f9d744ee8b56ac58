"""Sessions that wait for somebody."""

from __future__ import annotations

import pytest


@pytest.fixture
def offered(session):
    """`offered(3)`: so many sessions that people ask to join."""

    def make(number=1):
        return [
            session(title=f"S{n}", booking_mode="request", subject="Maths", level="beginner")
            for n in range(number)
        ]

    return make
