"""Materials and their stored files, which are created and deleted together (contract M3). The
callers, which know the session, decide who may do what."""

from __future__ import annotations

import logging
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.core.files import File
from django.db import transaction

from accounts.models import User
from core.db.connections import release_connection
from core.errors import APIError, declare
from materials import limits, storages
from materials.file_types import extension_of
from materials.models import Material, OrphanedFile
from materials.querysets import MaterialQuerySet
from materials.storages import STORE_TIMEOUT

logger = logging.getLogger(__name__)

MATERIALS_FULL = declare(
    "materials_full",
    400,
    f"A session can have {limits.PER_SESSION} materials at most: delete one first.",
)
NOTES_FULL = declare(
    "notes_full",
    400,
    f"The notes of a session can have {limits.NOTES_PER_SESSION} characters in total: "
    "shorten this one or delete another first.",
)
# Longer than any upload takes, even one that the store finishes after the request has timed out.
UPLOAD_GRACE = timedelta(hours=1)
# A head start for the try after a commit: the scheduler takes over if it fails.
HEAD_START = timedelta(minutes=1)


@contextmanager
def stored(file: File[bytes] | None, *, now: datetime) -> Iterator[OrphanedFile | None]:
    """Store an upload, and remove it again if the block fails to give it to a material (`adopt`).
    Yields None if there is no upload.

    A row is written first, for the case that the process crashes, or that the upload arrives after
    the request has timed out: an hour later the scheduler removes whatever is there.

    Raises:
        APIError: 502, 503 or 504 if the store fails.
    """
    if file is None:
        yield None
        return
    name = f"materials/{secrets.token_hex(16)}.{extension_of(str(file.name))}"
    orphan = OrphanedFile.objects.create(
        store=settings.MATERIAL_STORE, name=name, next_try_at=now + UPLOAD_GRACE
    )
    release_connection()
    try:
        storages.save(orphan.store, orphan.name, file)
        yield orphan
    except BaseException:
        remove_now(orphan.pk)
        raise


def adopt(orphan: OrphanedFile) -> dict[str, str]:
    """Make a stored file the material's, in the transaction that writes the material.

    Returns:
        The material's columns that say where the file is.

    Raises:
        APIError: 504 if the scheduler has removed it in the meantime.
    """
    if not OrphanedFile.objects.filter(pk=orphan.pk).delete()[0]:
        raise APIError(STORE_TIMEOUT)
    return {"store": orphan.store, "stored_name": orphan.name}


def create(
    session_id: int, orphan: OrphanedFile | None, *, by: User, now: datetime, **fields: Any
) -> Material:
    """Add a material. The caller must hold the session's row.

    Raises:
        APIError: 400 if the session would have too many materials, or too long notes.
    """
    materials = Material.objects.filter(session=session_id)
    if materials.count() >= limits.PER_SESSION:
        raise APIError(MATERIALS_FULL)
    check_notes(materials, fields)
    place = adopt(orphan) if orphan else {}
    return Material.objects.create(
        session_id=session_id, uploaded_by=by, uploaded_at=now, **fields, **place
    )


def change(
    material: Material, orphan: OrphanedFile | None, *, now: datetime, **changes: Any
) -> None:
    """Change a material; a new file replaces the old one. The caller must hold the session's row.

    Raises:
        APIError: 400 if the session's notes would be too long.
    """
    check_notes(
        Material.objects.filter(session=material.session_id).exclude(pk=material.pk), changes
    )
    if orphan is not None:
        abandon(material, now=now)
        changes |= adopt(orphan)
    for name, value in changes.items():
        setattr(material, name, value)
    material.save(update_fields=list(changes))


def check_notes(others: MaterialQuerySet, fields: dict[str, Any]) -> None:
    """Check that a session's notes stay within their limit.

    Raises:
        APIError: 400 if they don't.
    """
    content = fields.get("content", "")
    if content and others.characters() + len(content) > limits.NOTES_PER_SESSION:
        raise APIError(NOTES_FULL)


def delete(material: Material, *, now: datetime) -> None:
    """Delete a material, and its file after the commit."""
    abandon(material, now=now)
    material.delete()


def abandon(material: Material, *, now: datetime) -> None:
    """Give up a material's file, in the transaction that takes it away from the material. It is
    removed after the commit; if that fails, the scheduler tries again."""
    if not material.stored_name:
        return
    orphan = OrphanedFile.objects.create(
        store=material.store, name=material.stored_name, next_try_at=now + HEAD_START
    )
    # Not a `partial`: Django logs the name of a robust callback that fails, and that has none.
    transaction.on_commit(lambda: remove_orphan(orphan), robust=True)


def abandon_all(session_id: int, *, now: datetime) -> None:
    """Give up all files of a session that is being deleted; the scheduler removes them."""
    files = Material.objects.filter(session=session_id).with_file()
    OrphanedFile.objects.bulk_create(
        OrphanedFile(store=store, name=name, next_try_at=now)
        for store, name in files.values_list("store", "stored_name")
    )


def remove_now(pk: int) -> None:
    """Try to remove an orphaned file at once, unless a material has adopted it. Its row stays, so
    that the scheduler removes the file again if it arrives late."""
    orphan = OrphanedFile.objects.filter(pk=pk).first()
    if orphan is None:
        return
    release_connection()
    try:
        storages.remove(orphan.store, orphan.name)
    except Exception as error:
        logger.warning("Orphaned file %s is left for the scheduler to remove: %s", pk, error)


def remove_orphan(orphan: OrphanedFile) -> None:
    """Remove an orphaned file and its row. After an exception it must be tried again."""
    release_connection()
    storages.remove(orphan.store, orphan.name)
    orphan.delete()
