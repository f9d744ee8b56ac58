"""Every address × method × person gives the status in the matrix, which lists every address."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import replace
from typing import Any
from zlib import crc32

import pytest
from django.urls import get_resolver

from tests.permissions.cells import METHODS, Cell, cells, routes
from tests.permissions.matrix import MATRIX
from tests.permissions.moderated import MODERATED
from tests.permissions.sending import send
from tests.permissions.world import PEOPLE, World, make_file, rolled_back
from tests.support.envelope import refused

pytestmark = pytest.mark.django_db
NOWHERE = "/<nothing>"


def addresses(patterns: Any, prefix: str = "/") -> Iterator[str]:
    """Yield every address of the server, except those of the admin, which have their own tests."""
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
    return [*found[:-1], NOWHERE]  # the last pattern matches every other address


def mismatches(world: World, tried: list[Cell]) -> list[str]:
    """Return the cells that gave another status."""
    found = []
    for cell in tried:
        with rolled_back():
            answer = send(world, cell.who, cell.route, cell.method, cell.variant)
            answer.close()
        if answer.status_code != cell.status:
            found.append(f"{cell}, got {answer.status_code}: {answer.content[:90]!r}")
        elif cell.status >= 400 and cell.method != "HEAD":
            refused(answer, cell.status)
    return found


def sample(grid: str) -> list[Cell]:
    """Return one cell for each status of each line, and for a quarter of HEAD and of the methods
    that aren't listed. With PERMISSIONS=all return every cell."""
    if os.environ.get("PERMISSIONS") == "all":
        return list(cells(grid))
    found: dict[tuple[Any, ...], list[Cell]] = {}
    for cell in cells(grid):
        always = cell.listed and cell.method != "HEAD"
        if always or hash_of(f"{cell.method} {cell.route}") % 4 == 0:
            status = cell.status if always else None
            line = (cell.route, cell.method, cell.variant, status)
            found.setdefault(line, []).append(cell)
    return [same[hash_of(str(line)) % len(same)] for line, same in found.items()]


def hash_of(text: str) -> int:
    """Return a pseudorandom hash_of that depends on the text only."""
    return crc32(text.encode())


def test_every_address_is_in_the_matrix():
    assert sorted(routes(MATRIX)) == sorted(served())
    assert set(routes(MODERATED)) <= set(served())


def test_every_address_method_and_person_has_a_cell():
    tried = {(cell.route, cell.method, cell.who) for cell in cells(MATRIX)}

    assert len(tried) == len(served()) * len(METHODS) * len(PEOPLE)


def test_every_cell_gives_its_status(world, report):
    tried = sample(MATRIX)
    found = mismatches(world, tried)

    assert {cell.route for cell in tried} == set(served())
    report(f"{len(tried)} cells, {len(found)} mismatches")
    assert found == []


def test_every_cell_of_a_moderated_site_gives_its_status(world, settings, report):
    settings.SESSION_APPROVAL_POLICY = "staff"
    creator, waiting = world.people["creator"], world.waiting
    file = make_file(waiting, creator, waiting.created_at)
    of_waiting = replace(world, offer=waiting, running=waiting, note=file, file=file)

    tried = sample(MODERATED)
    found = mismatches(of_waiting, tried)

    report(f"{len(tried)} cells of a moderated site, {len(found)} mismatches")
    assert found == []


def test_a_wrong_cell_is_noticed(world):
    wrong = [cell for cell in cells("/api/auth/me/\n  GET  all 401") if cell.listed]

    assert len(wrong) == 2 * len(PEOPLE)
    assert len(mismatches(world, wrong)) == 2 * 8  # those who are signed in get a 200
