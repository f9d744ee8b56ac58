"""What staff do in the admin, under the rules that keep counts and dates true."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from accounts.models import User
from core.errors import PERMISSION_DENIED, APIError
from core.lifecycle import refuse
from notifications.events import LEFT, REMOVED
from notifications.services import name_of
from sessions_app.models import Participant, Session
from sessions_app.services.locking import locked
from sessions_app.services.news import tell
from sessions_app.services.places import count_out
from sessions_app.services.sessions import write
from sessions_app.states import ACTIONS, Role


def edit(session: Session, *, by: User, now: datetime, **changes: Any) -> None:
    """Correct a session's fields, with the checks and news of the creator's own update.

    Raises:
        APIError: 400 if it is over, or as `update` does.
    """
    with locked(session, by) as row:
        check_staff(row, by, now)
        if row.status not in ACTIONS["update"].states:
            raise refuse(ACTIONS["update"].closed, ACTIONS["update"], row)
        write(row, changes, now)


def remove_participant(place: Participant, *, by: User, now: datetime) -> None:
    """Take somebody out of a session that has not begun, and tell them.

    Raises:
        APIError: 400 if it has begun or is over.
    """
    with locked(place.session, by) as row:
        check_staff(row, by, now)
        present = row.participants.present().filter(pk=place.pk)
        if not (count_out(row) and present.update(left_at=now)):
            raise refuse(ACTIONS["leave"].closed, ACTIONS["leave"], row)
        tell(REMOVED, row, [place.user_id], now)
        tell(LEFT, row, [row.creator_id], now, person=name_of(place.user))


def check_staff(row: Session, by: User, now: datetime) -> None:
    if Role.STAFF not in row.viewer(by, now).roles:
        raise APIError(PERMISSION_DENIED)
