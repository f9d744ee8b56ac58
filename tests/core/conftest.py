"""A real server for what only real HTTP can show."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.server import Server


@pytest.fixture(scope="session")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """One server for all tests that ask: they don't change what others see."""
    environment = {"DEMO_DATA": "0", "DISABLE_THROTTLING": "1"}
    with Server(tmp_path_factory.mktemp("served"), environment) as server:
        yield server
