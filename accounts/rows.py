"""Rows that hot reads read instead of instances of models, as far as people are in them.

A row is a named tuple of the columns that are told, under the model's names, so that a
representation takes either.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any, NamedTuple


class PersonRow(NamedTuple):
    """What is told of a person."""

    pk: int
    username: str
    first_name: str
    last_name: str
    email: str
    role: str
    date_joined: datetime


def columns(shape: Any) -> list[str]:
    """The columns, for `values_list`, of a row whose last field is a person."""
    *own, person = shape._fields
    return [*own, *(f"{person}__{name}" for name in PersonRow._fields)]


def reader(shape: Any) -> Callable[[tuple[Any, ...]], Any]:
    """Makes such a row of its columns."""
    own = len(shape._fields) - 1
    return lambda row: shape(*row[:own], PersonRow(*row[own:]))
