"""The format of the grids.

The columns are the people of `world.py`; the ids in an address are those of the creator's rows. A
line has a method, the variant of the request if there are several, and each person's status:

    `signed 200`  for everybody who is signed in; the anonymous and the deactivated person get 401
    `all 200`     for everybody

A method that isn't listed must give 405, or 401 to those who aren't signed in. An address marked
`open` needs no token, so everybody gets 405. HEAD has the line of GET. `ANY` means all methods.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from tests.permissions.world import PEOPLE

METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS")
SIGNED_OUT = ("anonymous", "deactivated")


@dataclass(frozen=True)
class Cell:
    """The status that one person must get for one request."""

    route: str
    method: str
    variant: str
    who: str
    status: int
    listed: bool

    def __str__(self) -> str:
        name = f"{self.method}:{self.variant}" if self.variant else self.method
        return f"{name} {self.route} by {self.who}: {self.status}"


# The statuses of a method that isn't listed, by the mark of its address.
UNLISTED = {
    "": ["signed", "405"],
    "open": ["all", "405"],
    "half": ["405"] * 9 + ["401"],
}


def routes(grid: str) -> dict[str, tuple[str, list[list[str]]]]:
    """Return the mark and the lines of each route."""
    found: dict[str, tuple[str, list[list[str]]]] = {}
    for line in grid.splitlines():
        if line.startswith("/"):
            route, _, mark = line.partition(" ")
            found[route] = (mark, lines := [])
        elif line.startswith("  "):
            lines.append(line.split())
    return found


def cells(grid: str) -> Iterator[Cell]:
    """Yield each cell of a grid, also of the methods that it doesn't list."""
    for route, (mark, lines) in routes(grid).items():
        listed: set[str] = set()
        for name, *given in lines:
            method, _, variant = name.partition(":")
            same = {"ANY": METHODS, "GET": ("GET", "HEAD")}.get(method, (method,))
            listed.update(same)
            for each in same:
                yield from row(route, each, variant, given)
        for method in METHODS:
            if method not in listed:
                yield from row(route, method, "", UNLISTED[mark], listed=False)


def row(
    route: str, method: str, variant: str, given: list[str], *, listed: bool = True
) -> Iterator[Cell]:
    statuses = given
    if given[0] == "all":
        statuses = given[1:] * len(PEOPLE)
    elif given[0] == "signed":
        statuses = ["401" if who in SIGNED_OUT else given[1] for who in PEOPLE]
    for who, status in zip(PEOPLE, statuses, strict=True):
        yield Cell(route, method, variant, who, int(status), listed)
