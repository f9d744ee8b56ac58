"""What staff do in the admin, under the rules that keep counts and dates true."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from accounts.models import User
from core.errors import APIError
from core.lifecycle import check
from notifications.events import LEFT, REMOVED
from notifications.mails import recall_reminders
from sessions_app.models import Participant, Session
from sessions_app.services.locking import locked
from sessions_app.services.news import tell
from sessions_app.services.places import count_out
from sessions_app.services.sessions import apply_changes
from sessions_app.states import ACTIONS, NOT_JOINED


def edit(session: Session, *, by: User, now: datetime, **changes: Any) -> None:
    """Correct a session's fields, with the checks and news of the creator's own update.

    Raises:
        APIError: 400 if it is over, or as `update` does.
    """
    with locked(session, by) as row:
        check(ACTIONS["edit"], row, row.viewer(by, now))
        apply_changes(row, changes, now)


def remove_participant(place: Participant, *, by: User, now: datetime) -> None:
    """Take somebody out of a session that has not begun, and tell them and its creator.

    Raises:
        APIError: 400 if it has begun or is over, or if they have left meanwhile.
    """
    with locked(place.session, by) as row:
        check(ACTIONS["remove"], row, row.viewer(by, now))
        if not row.participants.present().filter(pk=place.pk).update(left_at=now):
            raise APIError(NOT_JOINED)
        count_out(row)
        recall_reminders(row.pk, now=now, of=place.user_id)
        tell(REMOVED, row, [place.user_id], now)
        tell(LEFT, row, [row.creator_id], now, person=place.user)
