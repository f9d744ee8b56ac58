"""What the tests of notifications share: people who want mails."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from accounts.models import User


@pytest.fixture
def subscriber(person: Callable[..., User]) -> Callable[..., User]:
    """`subscriber("rosa", "Europe/Berlin")`: somebody who wants mails, in that zone."""

    def make(name: str, zone: str = "UTC", **fields: Any) -> User:
        return person(name, timezone=zone, email_notifications=True, **fields)

    return make
