"""The people of the matrix, and what they have."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator

import pytest
from django.test import override_settings

from tests.permissions.world import SETTINGS, World, build, undone


@pytest.fixture(scope="package")
def world(django_db_setup, django_db_blocker, tmp_path_factory) -> Iterator[World]:
    """Made once for all files; each test takes back what it writes."""
    media = tmp_path_factory.mktemp("media")
    logging.disable(logging.INFO)  # thousands of requests: their lines take a tenth of the time
    with django_db_blocker.unblock(), override_settings(MEDIA_ROOT=media, **SETTINGS), undone():
        yield build()
    logging.disable(logging.NOTSET)


@pytest.fixture
def report(record_property) -> Callable[[str], None]:
    """`report("8 cells")`: a figure, into the report of the run and, with `-s`, onto the screen."""

    def say(figure: str) -> None:
        record_property("figure", figure)
        print(figure)

    return say
