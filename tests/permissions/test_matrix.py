"""Every address × method × person gives what the matrix says, and no address is missing in it."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import replace
from typing import Any
from zlib import crc32

import pytest
from django.urls import get_resolver

from tests.core.envelope import refused
from tests.permissions.asking import send
from tests.permissions.cells import METHODS, Cell, cells, routes
from tests.permissions.matrix import MATRIX
from tests.permissions.moderated import MODERATED
from tests.permissions.world import PEOPLE, World, make_file, undone

pytestmark = pytest.mark.django_db
NOWHERE = "/<nothing>"
SLOW = "/api/schema/"  # takes a second


def addresses(patterns: Any, prefix: str = "/") -> Iterator[str]:
    """All that the server has, but for the admin, which has a test of its own."""
    for pattern in patterns:
        path = prefix + str(pattern.pattern)
        if path == "/admin/":
            continue
        if hasattr(pattern, "url_patterns"):
            yield from addresses(pattern.url_patterns, path)
        else:
            yield path


def served() -> list[str]:
    found = list(addresses(get_resolver().url_patterns))
    return [*found[:-1], NOWHERE]  # the last takes whatever no other took


def surprises(world: World, grid: str) -> tuple[int, list[str]]:
    """How many cells of a grid were tried, and those that gave anything else."""
    tried, found = 0, []
    for cell in cells(grid):
        if left_out(cell):
            continue
        tried += 1
        with undone():
            answer = send(world, cell.who, cell.route, cell.method, cell.variant)
            answer.close()
        if answer.status_code != cell.status:
            found.append(f"{cell} and not {answer.status_code}: {answer.content[:90]!r}")
        elif cell.status >= 400 and cell.method != "HEAD":
            refused(answer, cell.status)
    return tried, found


def left_out(cell: Cell) -> bool:
    """All but one person, a different one each time, of what asks nobody who they are but for
    their token: a method that an address doesn't have, and HEAD. With PERMISSIONS=all everybody
    tries everything."""
    asks = cell.listed and cell.method != "HEAD" and cell.route != SLOW
    if asks or os.environ.get("PERMISSIONS") == "all":
        return False
    chosen = crc32(f"{cell.method} {cell.route}".encode()) % len(PEOPLE)
    return cell.who != PEOPLE[chosen]


def test_every_address_is_in_the_matrix():
    assert sorted(routes(MATRIX)) == sorted(served())
    assert set(routes(MODERATED)) <= set(served())


def test_every_address_method_and_person_has_a_cell():
    asked = {(cell.route, cell.method, cell.who) for cell in cells(MATRIX)}

    assert len(asked) == len(served()) * len(METHODS) * len(PEOPLE)


def test_no_cell_is_a_surprise(world, report):
    tried, found = surprises(world, MATRIX)

    report(f"{tried} cells, {len(found)} surprises")
    assert found == []


def test_no_cell_is_a_surprise_on_a_moderated_site(world, settings, report):
    settings.SESSION_APPROVAL_POLICY = "staff"
    creator, waiting = world.people["creator"], world.waiting
    file = make_file(waiting, creator, waiting.created_at)
    of_waiting = replace(world, offer=waiting, running=waiting, note=file, file=file)

    tried, found = surprises(of_waiting, MODERATED)

    report(f"{tried} cells of a moderated site, {len(found)} surprises")
    assert found == []


def test_a_cell_that_is_wrong_is_a_surprise(world):
    tried, found = surprises(world, "/api/auth/me/\n  GET  all 401")

    assert tried > len(found) >= 8  # for those who are signed in it is a 200
