"""Staff at their desk."""

from __future__ import annotations

import pytest


@pytest.fixture
def staff(person):
    return person("rosa", is_staff=True, is_superuser=True)


@pytest.fixture
def desk(client, staff):
    """Django's test client, signed in as staff."""
    client.force_login(staff)
    return client


@pytest.fixture
def offered(session):
    def make(number=1):
        return [
            session(title=f"S{n}", booking_mode="request", subject="Maths", level="beginner")
            for n in range(number)
        ]

    return make
