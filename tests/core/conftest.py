"""A real server for tests that need real HTTP, and fixtures that several files share."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from typing import Any

import pytest
from rest_framework.test import APIClient

from accounts.models import User
from tests.support.server import Server


@pytest.fixture(scope="session")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """One server that all these tests share, since they don't affect each other."""
    environment = {"DEMO_DATA": "0", "DISABLE_THROTTLING": "1"}
    with Server(tmp_path_factory.mktemp("served"), environment) as server:
        yield server


@pytest.fixture(scope="module")
def document() -> Any:
    """The API description, as it is served."""
    answer = APIClient().get("/api/schema/?format=json")
    assert answer.status_code == 200
    return answer.json()


@pytest.fixture
def body(now: datetime) -> dict[str, Any]:
    """The request body of a new session."""
    return {
        "title": "Algebra",
        "description": "From the beginning",
        "date": (now + timedelta(days=3)).isoformat(),
        "max_participants": 2,
        "booking_mode": "instant",
    }


@pytest.fixture
def ines(api: Callable[..., APIClient], instructor: User) -> APIClient:
    """A client signed in as an instructor."""
    return api(instructor)
