"""Adding, changing and deleting a session's materials (contract M2, M3). A file is in its store
before the session's row is held, since no network call belongs into a transaction; the table of
actions is asked before, and again under the lock."""

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
    """Add a file, link or note, and tell the others of it.

    Raises:
        APIError: 400 if the session takes none, or no more; 502, 503 or 504 if the file can't be
            stored.
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
    """Change a material; a new file takes the place of the old one.

    Raises:
        APIError: 403 or 404 if it has changed hands or gone; 400 if it is too long a note; 502,
            503 or 504 if the file can't be stored.
    """
    with materials.stored(file, now=now) as orphan, locked_session(material.session, by) as row:
        materials.change(read_again(material, row, by, now), orphan, now=now, **changes)


def delete_material(material: Material, *, by: User, now: datetime) -> None:
    """Delete a material and, after the commit, its file.

    Raises:
        APIError: 403 or 404 if it has changed hands or gone.
    """
    with locked_session(material.session, by) as row:
        materials.delete(read_again(material, row, by, now), now=now)


def read_again(material: Material, row: Session, by: User, now: datetime) -> Material:
    """The material as it is under its session's lock, if this person may still change it.

    Raises:
        APIError: 404 or 403.
    """
    found: Material | None = row.materials.filter(pk=material.pk).first()
    if found is None:
        raise APIError(NOT_FOUND)
    check(ACTIONS["change_material"], row, row.viewer(by, now, found))
    return found
