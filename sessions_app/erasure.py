"""Taking somebody out of group sessions, and their words out of what is left of them."""

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

REASON = "The one who offered it has left this site."


def end_all(user: User, *, now: datetime) -> int:
    """Cancel the sessions that they offer, and give back the places that they have or ask for,
    each by the service that does it for anybody; how many acts that were."""
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
    except APIError:  # it began, ended or was deleted in the meantime
        return False
    return True


def erase_requests(user: User) -> int:
    """Take their words out of their booking requests; how many that were."""
    worded = BookingRequest.objects.filter(user=user).exclude(message="")
    emptied: int = worded.update(message="")
    return emptied


def delete_materials(user: User, *, now: datetime) -> int:
    """Delete what they have uploaded, with its files; how many materials that were."""
    uploaded = Material.objects.filter(uploaded_by=user).values_list("pk", "session")
    return sum(delete_material(*each, now=now) for each in list(uploaded))


def delete_material(pk: int, session_id: int, *, now: datetime) -> bool:
    with transaction.atomic():
        lock_row(session_id)
        material = Material.objects.filter(pk=pk).first()
        if material is None:  # its session has gone since, and it with it
            return False
        materials.delete(material, now=now)
        return True


def erase_sessions(user: User, renaming: Renaming, *, now: datetime) -> int:
    """Delete the sessions of theirs that concern nobody else, and take their name out of the
    others; how many were deleted or changed."""
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
