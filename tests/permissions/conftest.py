"""The people of the matrix with their rows, and a report of figures."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator

import pytest
from django.test import override_settings

from tests.permissions.world import SETTINGS, World, build, rolled_back


@pytest.fixture(scope="package")
def world(django_db_setup, django_db_blocker, tmp_path_factory) -> Iterator[World]:
    """Built once for all test files; the writes of each test are rolled back."""
    media = tmp_path_factory.mktemp("media")
    logging.disable(logging.INFO)  # logging thousands of requests takes a tenth of the time
    with (
        django_db_blocker.unblock(),
        override_settings(MEDIA_ROOT=media, **SETTINGS),
        rolled_back(),
    ):
        yield build()
    logging.disable(logging.NOTSET)


@pytest.fixture
def report(record_property) -> Callable[[str], None]:
    """`report("8 cells")`: add a figure to the report of the run; with `-s`, also print it."""

    def add(figure: str) -> None:
        record_property("figure", figure)
        print(figure)

    return add
