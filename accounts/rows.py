"""Rows of people for frequent queries, which read them instead of model instances.

A row is a named tuple of the columns that the API shows, named as on the model, so that
representations accept both.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any, NamedTuple


class PersonRow(NamedTuple):
    """The columns of a person that the API shows."""

    pk: int
    username: str
    first_name: str
    last_name: str
    email: str
    role: str
    date_joined: datetime


def columns(shape: Any) -> list[str]:
    """Return the columns, for `values_list`, of a row whose last field is a person."""
    *own, person = shape._fields
    return [*own, *(f"{person}__{name}" for name in PersonRow._fields)]


def reader(shape: Any) -> Callable[[tuple[Any, ...]], Any]:
    """Return a function that builds such a row from its columns."""
    own = len(shape._fields) - 1
    return lambda row: shape(*row[:own], PersonRow(*row[own:]))
