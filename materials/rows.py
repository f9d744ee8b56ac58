"""Rows of materials that hot reads read, instead of instances of the model."""

from __future__ import annotations

from datetime import datetime
from typing import NamedTuple

from accounts.rows import PersonRow


class MaterialRow(NamedTuple):
    """What is told of a material, and what its file's address is made of."""

    session_id: int
    pk: int
    title: str
    type: str
    url: str
    file_name: str
    content: str
    uploaded_at: datetime
    store: str
    stored_name: str
    uploaded_by: PersonRow
