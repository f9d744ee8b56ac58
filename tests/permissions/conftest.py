"""The people of the matrix, and what they have."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.permissions.world import World, build


@pytest.fixture
def world(db, settings, tmp_path) -> World:
    settings.MEDIA_ROOT = tmp_path / "media"
    return build(settings)


@pytest.fixture
def report(record_property) -> Callable[[str], None]:
    """`report("8 cells")`: a figure, into the report of the run and, with `-s`, onto the screen."""

    def say(figure: str) -> None:
        record_property("figure", figure)
        print(figure)

    return say
