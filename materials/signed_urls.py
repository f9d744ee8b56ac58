"""Signed addresses of files, which open in a browser without a header, and expire (contract M1)."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any
from urllib.parse import urlencode

from django.conf import settings
from django.core.files.storage import storages
from django.core.signing import Signer
from django.urls import reverse
from django.utils.crypto import constant_time_compare

from materials.models import Material
from materials.rows import MaterialRow
from materials.storages import LOCAL

# Turns a path on this server into an absolute URL.
Link = Callable[[str], str]


def file_address(material: Material | MaterialRow, *, now: datetime, link: Link) -> str:
    """Return the address of a material's file, valid for `FILE_ADDRESS_MINUTES`; "" without one."""
    if not material.stored_name:
        return ""
    if material.store != LOCAL and material.store in settings.STORAGES:
        return remote_address(material)
    path = reverse("stored-file", args=[material.session_id, material.pk])
    expires = str(int((now + settings.FILE_ADDRESS_LIFETIME).timestamp()))
    signed = signature(material.pk, material.stored_name, expires)
    query = urlencode({"expires": expires, "signature": signed})
    return link(f"{path}?{query}")


def remote_address(material: Material | MaterialRow) -> str:
    """Return an address at the store itself, signed by the store."""
    return storages[material.store].url(material.stored_name)


def signature(pk: int, stored_name: str, expires: str) -> str:
    return Signer(salt="materials.file").signature(f"{pk}:{stored_name}:{expires}")


def is_good(pk: int, stored_name: str | None, query: Any, now: datetime) -> bool:
    """Whether this address was issued for this file, and hasn't expired.

    Args:
        stored_name: None if there is no such file; the check takes as long as for a forged
            signature.
    """
    expires = query.get("expires", "")
    expected = signature(pk, stored_name or "", expires)
    genuine = constant_time_compare(query.get("signature", ""), expected)
    return genuine and stored_name is not None and now.timestamp() < int(expires)
