"""Adding, changing and deleting a session's materials (contract M2, M3).

A file is stored before the session's row is locked, since a transaction must contain no network
call. The table of actions is checked before the upload, and again under the lock.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.core.files import File

from accounts.models import User
from core.errors import NOT_FOUND, APIError
from core.lifecycle import check
from materials import services as materials
from materials.models import Material
from notifications.events import NEW_MATERIAL
from sessions_app.models import Session
from sessions_app.services.locking import locked_session
from sessions_app.services.notify import notify_people, participants_of
from sessions_app.states import ACTIONS


def add_material(
    session: Session, *, by: User, now: datetime, file: File[bytes] | None = None, **fields: Any
) -> Material:
    """Add a file, link or note, and notify the creator and the other participants.

    Raises:
        APIError: 400 if the session takes no materials or has the maximum; 502, 503 or 504 if the
            file can't be stored.
    """
    check(ACTIONS["add_material"], session, session.viewer(by, now))
    with materials.stored(file, now=now) as orphan, locked_session(session, by) as row:
        check(ACTIONS["add_material"], row, row.viewer(by, now))
        material = materials.create(row.pk, orphan, by=by, now=now, **fields)
        others = [each for each in [row.creator_id, *participants_of(row)] if each != by.pk]
        notify_people(NEW_MATERIAL, row, others, now, person=by, material=material.title)
    return material


def change_material(
    material: Material, *, by: User, now: datetime, file: File[bytes] | None = None, **changes: Any
) -> None:
    """Change a material. A new file replaces the old one.

    Raises:
        APIError: 403 if the user may no longer change it; 404 if it was deleted in the meantime;
            400 if the note is too long; 502, 503 or 504 if the file can't be stored.
    """
    with materials.stored(file, now=now) as orphan, locked_session(material.session, by) as row:
        materials.change(read_again(material, row, by, now), orphan, now=now, **changes)


def delete_material(material: Material, *, by: User, now: datetime) -> None:
    """Delete a material and, after the commit, its file.

    Raises:
        APIError: 403 if the user may no longer delete it; 404 if it was deleted in the meantime.
    """
    with locked_session(material.session, by) as row:
        materials.delete(read_again(material, row, by, now), now=now)


def read_again(material: Material, row: Session, by: User, now: datetime) -> Material:
    """Return the material, read under its session's lock, if the user may still change it.

    Raises:
        APIError: 403 if the user may no longer change it; 404 if it was deleted in the meantime.
    """
    found: Material | None = row.materials.filter(pk=material.pk).first()
    if found is None:
        raise APIError(NOT_FOUND)
    check(ACTIONS["change_material"], row, row.viewer(by, now, found))
    return found
