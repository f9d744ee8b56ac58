"""Materials as JSON: one row in, one dict out."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, TypedDict

from accounts.representations import UserObject, user_object
from materials.file_types import Type
from materials.models import Material
from materials.rows import MaterialRow
from materials.signed_urls import Link, file_address


class MaterialObject(TypedDict):
    """A file, link or note that belongs to a session. Fields unused by its type are empty."""

    id: int
    title: str
    type: Annotated[str, Type]
    url: str
    file: Annotated[str, "An address that works without a token, for an hour by default."]
    file_name: str
    content: str
    uploaded_by: UserObject
    uploaded_at: datetime


def material_object(
    material: Material | MaterialRow, *, now: datetime, link: Link
) -> MaterialObject:
    return {
        "id": material.pk,
        "title": material.title,
        "type": material.type,
        "url": material.url,
        "file": file_address(material, now=now, link=link),
        "file_name": material.file_name,
        "content": material.content,
        "uploaded_by": user_object(material.uploaded_by),
        "uploaded_at": material.uploaded_at,
    }
