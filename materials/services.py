"""Materials and their stored files, which live and die together (contract M3). Who may do what is
decided above, by those who know the session."""

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
    f"This session has {limits.PER_SESSION} materials, and can't have more: delete one first.",
)
NOTES_FULL = declare(
    "notes_full",
    400,
    f"The notes of a session have {limits.NOTES_PER_SESSION} characters at most, all together: "
    "shorten this one or delete another first.",
)
# Longer than any upload lasts, also one that the store finishes after nobody waits for it.
ARRIVED_BY_THEN = timedelta(hours=1)
# A head start for the try that follows a commit: the clock takes over what that one leaves.
HEAD_START = timedelta(minutes=1)


@contextmanager
def stored(file: File[bytes] | None, *, now: datetime) -> Iterator[OrphanedFile | None]:
    """Put an upload into the store; if the block then fails to make it a material's (`adopt`), it
    is removed again. None if there is no upload.

    A row is written first. It outlives a crash, and an upload that arrives when nobody waits for it
    any more: after an hour the clock removes whatever is there.

    Raises:
        APIError: 502, 503 or 504 if the store fails.
    """
    if file is None:
        yield None
        return
    name = f"materials/{secrets.token_hex(16)}.{extension_of(str(file.name))}"
    orphan = OrphanedFile.objects.create(
        store=settings.MATERIAL_STORE, name=name, next_try_at=now + ARRIVED_BY_THEN
    )
    release_connection()
    try:
        storages.save(orphan.store, orphan.name, file)
        yield orphan
    except BaseException:
        remove_now(orphan.pk)
        raise


def adopt(orphan: OrphanedFile) -> dict[str, str]:
    """Take a file for a material's, in the transaction that writes the material.

    Returns:
        The material's columns that say where the file is.

    Raises:
        APIError: 504 if the clock has given it up in the meantime.
    """
    if not OrphanedFile.objects.filter(pk=orphan.pk).delete()[0]:
        raise APIError(STORE_TIMEOUT)
    return {"store": orphan.store, "stored_name": orphan.name}


def create(
    session_id: int, orphan: OrphanedFile | None, *, by: User, now: datetime, **fields: Any
) -> Material:
    """Add a material; whoever calls holds the session's row.

    Raises:
        APIError: 400 if the session has as many, or as long notes, as it may have.
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
    """Change a material; a new file replaces the old one. Whoever calls holds the session's row.

    Raises:
        APIError: 400 if the session's notes would be longer than they may be.
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
    """Is there room for this note beside the others of its session?

    Raises:
        APIError: 400 if there isn't.
    """
    content = fields.get("content", "")
    if content and others.characters() + len(content) > limits.NOTES_PER_SESSION:
        raise APIError(NOTES_FULL)


def delete(material: Material, *, now: datetime) -> None:
    """Remove a material, and its file after the commit."""
    abandon(material, now=now)
    material.delete()


def abandon(material: Material, *, now: datetime) -> None:
    """Give up a material's file, in the transaction that takes it away. A first try to remove it
    follows the commit; if that fails, the clock goes on."""
    if not material.stored_name:
        return
    orphan = OrphanedFile.objects.create(
        store=material.store, name=material.stored_name, next_try_at=now + HEAD_START
    )
    # No `partial`: Django names the function when it logs what a robust one raises.
    transaction.on_commit(lambda: remove_orphan(orphan), robust=True)


def abandon_all(session_id: int, *, now: datetime) -> None:
    """Give up all files of a session that is being deleted; the clock removes them."""
    files = Material.objects.filter(session=session_id).with_file()
    OrphanedFile.objects.bulk_create(
        OrphanedFile(store=store, name=name, next_try_at=now)
        for store, name in files.values_list("store", "stored_name")
    )


def remove_now(pk: int) -> None:
    """Try at once to remove what a row of a orphan file stands for, if no material has adopted it;
    its row stays for the clock, whose look at it is the last."""
    orphan = OrphanedFile.objects.filter(pk=pk).first()
    if orphan is None:
        return
    release_connection()
    try:
        storages.remove(orphan.store, orphan.name)
    except Exception as error:
        logger.warning("Orphaned file %s waits for the scheduler: %s", pk, error)


def remove_orphan(orphan: OrphanedFile) -> None:
    """Remove a orphan file and its row; what is raised means that it must be tried again."""
    release_connection()
    storages.remove(orphan.store, orphan.name)
    orphan.delete()
