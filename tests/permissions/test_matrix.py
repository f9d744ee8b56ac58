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


def surprises(world: World, asked: list[Cell]) -> list[str]:
    """The cells that gave anything else."""
    found = []
    for cell in asked:
        with undone():
            answer = send(world, cell.who, cell.route, cell.method, cell.variant)
            answer.close()
        if answer.status_code != cell.status:
            found.append(f"{cell} and not {answer.status_code}: {answer.content[:90]!r}")
        elif cell.status >= 400 and cell.method != "HEAD":
            refused(answer, cell.status)
    return found


def sample(grid: str) -> list[Cell]:
    """Of each line one person for each status that it gives, and of the methods that an address
    doesn't have, and HEAD, a quarter, by one person each. With PERMISSIONS=all everybody tries
    everything."""
    if os.environ.get("PERMISSIONS") == "all":
        return list(cells(grid))
    found: dict[tuple[Any, ...], list[Cell]] = {}
    for cell in cells(grid):
        asks = cell.listed and cell.method != "HEAD"
        if asks or number(f"{cell.method} {cell.route}") % 4 == 0:
            status = cell.status if asks else None
            line = (cell.route, cell.method, cell.variant, status)
            found.setdefault(line, []).append(cell)
    return [same[number(str(line)) % len(same)] for line, same in found.items()]


def number(text: str) -> int:
    """The same for the same text in every run, and otherwise any."""
    return crc32(text.encode())


def test_every_address_is_in_the_matrix():
    assert sorted(routes(MATRIX)) == sorted(served())
    assert set(routes(MODERATED)) <= set(served())


def test_every_address_method_and_person_has_a_cell():
    asked = {(cell.route, cell.method, cell.who) for cell in cells(MATRIX)}

    assert len(asked) == len(served()) * len(METHODS) * len(PEOPLE)


def test_no_cell_is_a_surprise(world, report):
    asked = sample(MATRIX)
    found = surprises(world, asked)

    assert {cell.route for cell in asked} == set(served())
    report(f"{len(asked)} cells, {len(found)} surprises")
    assert found == []


def test_no_cell_is_a_surprise_on_a_moderated_site(world, settings, report):
    settings.SESSION_APPROVAL_POLICY = "staff"
    creator, waiting = world.people["creator"], world.waiting
    file = make_file(waiting, creator, waiting.created_at)
    of_waiting = replace(world, offer=waiting, running=waiting, note=file, file=file)

    asked = sample(MODERATED)
    found = surprises(of_waiting, asked)

    report(f"{len(asked)} cells of a moderated site, {len(found)} surprises")
    assert found == []


def test_a_cell_that_is_wrong_is_a_surprise(world):
    wrong = [cell for cell in cells("/api/auth/me/\n  GET  all 401") if cell.listed]

    assert len(wrong) == 2 * len(PEOPLE)
    assert len(surprises(world, wrong)) == 2 * 8  # for those who are signed in it is a 200
