"""Removal of a user from group sessions, and of their words from the rows that remain."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import F

from accounts.erasure import Renaming
from accounts.models import User
from core.errors import APIError
from materials import services as materials
from materials.models import Material
from notifications.erasure import rename_in_session
from sessions_app import limits, services
from sessions_app.models import BookingRequest, Session
from sessions_app.services.locking import lock_row
from sessions_app.states import OPEN, Status

REASON = "The session's creator has left this site."


def end_all(user: User, *, now: datetime) -> int:
    """Cancel the user's sessions, withdraw their requests and leave the sessions they are in, by
    the usual services. Return the number of acts."""
    mine = Session.objects.seen_by(user)
    offered = mine.created_by(user).filter(status__in=OPEN | {Status.ONGOING})
    cancelled = [attempt(services.cancel, row, by=user, now=now, reason=REASON) for row in offered]
    withdrawn = [
        attempt(services.withdraw_request, row, by=user, now=now) for row in mine.requested_by(user)
    ]
    left = [
        attempt(services.leave, row, by=user, now=now)
        for row in mine.joined_by(user).filter(status__in=OPEN)
    ]
    return sum(cancelled + withdrawn + left)


def attempt(act: Callable[..., Any], session: Session, **arguments: Any) -> bool:
    try:
        act(session, **arguments)
    except APIError:  # the session has started, ended or been deleted since it was read
        return False
    return True


def erase_requests(user: User) -> int:
    """Clear the messages of the user's booking requests. Return the number of requests changed."""
    rows = BookingRequest.objects.filter(user=user).exclude(message="")
    changed: int = rows.update(message="")
    return changed


def delete_materials(user: User, *, now: datetime) -> int:
    """Delete the user's materials and their files. Return the number of materials."""
    uploaded = Material.objects.filter(uploaded_by=user).values_list("pk", "session")
    return sum(delete_material(*each, now=now) for each in list(uploaded))


def delete_material(pk: int, session_id: int, *, now: datetime) -> bool:
    with transaction.atomic():
        lock_row(session_id)
        material = Material.objects.filter(pk=pk).first()
        if material is None:  # deleted in the meantime
            return False
        materials.delete(material, now=now)
        return True


def erase_sessions(user: User, renaming: Renaming, *, now: datetime) -> int:
    """Delete the user's sessions without participants or requests, and remove the user's name from
    the others. Return the number of sessions deleted or changed."""
    created = Session.objects.created_by(user).order_by("pk").values_list("pk", flat=True)
    return sum(erase_session(pk, renaming, now=now) for pk in list(created))


def erase_session(pk: int, renaming: Renaming, *, now: datetime) -> bool:
    with transaction.atomic():
        lock_row(pk)
        row = Session.objects.filter(pk=pk).first()
        if row is None:
            return False
        if not (row.participants.exists() or row.booking_requests.exists()):
            materials.abandon_all(pk, now=now)
            row.delete()
            return True
        return rename_in(row, renaming)


def rename_in(row: Session, renaming: Renaming) -> bool:
    texts = ("title", "description", "subject", "cancel_reason")
    old = {name: getattr(row, name) for name in texts}
    new = {name: renaming.in_own_words(text) for name, text in old.items()}
    if new == old:
        return False
    new |= {"title": new["title"][: limits.TITLE], "subject": new["subject"][: limits.SUBJECT]}
    Session.objects.filter(pk=row.pk).update(**new, version=F("version") + 1)
    rename_in_session(row.pk, renaming)
    return True
