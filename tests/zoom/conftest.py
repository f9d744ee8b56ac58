from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from tests.zoom.fake_zoom import FakeZoom


@pytest.fixture
def zoom(settings: Any) -> Iterator[FakeZoom]:
    """A Zoom that this process is configured for. All that comes to it must be as Zoom takes it."""
    with FakeZoom() as fake:
        fake.configure(settings)
        yield fake
    assert fake.complaints == []
