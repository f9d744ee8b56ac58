"""Rows of materials, which hot queries return instead of instances of the model."""

from __future__ import annotations

from datetime import datetime
from typing import NamedTuple

from accounts.rows import PersonRow


class MaterialRow(NamedTuple):
    """What is shown of a material, and what its file's address is made from."""

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
