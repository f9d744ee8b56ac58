"""Joining instant sessions and leaving any: the hot path, with conditional updates, not locks."""

from __future__ import annotations

from datetime import datetime
from functools import cache

from django.db import IntegrityError, transaction
from django.db.models import DateTimeField, F

from accounts.models import User
from core.db.compiled import Param
from core.db.compiled_writes import CompiledUpdate, insert
from core.errors import NOT_FOUND, APIError
from core.lifecycle import check
from core.observability import metrics
from notifications.events import JOINED, LEFT
from notifications.mails import recall_reminders
from sessions_app.models import Participant, Session
from sessions_app.refusals import ALREADY_JOINED, SESSION_FULL
from sessions_app.services.locking import LostRaceError, check_again
from sessions_app.services.notify import notify_people
from sessions_app.states import ACTIONS, OPEN

NOW = Param("now", DateTimeField())


@metrics.count_action("join")
def take_place(session: Session, *, by: User, now: datetime) -> Participant:
    """Join an instant session.

    Raises:
        APIError: 400 if the table of actions refuses it. However many users join at once, the
            session is never oversold.
    """
    check(ACTIONS["join"], session, session.viewer(by, now))
    try:
        with transaction.atomic():
            place = Participant(session=session, user=by, joined_at=now)
            insert([place])
            notify_people(JOINED, session, [session.creator_id], now, person=by)
            # Last, since it blocks other joins and leaves until the commit.
            if not count_in(session, now):
                raise LostRaceError
    except IntegrityError:
        raise APIError(ALREADY_JOINED) from None
    except LostRaceError:
        # If nothing else has changed, another user has taken the last place.
        check_again("join", session, by, now)
        raise APIError(SESSION_FULL) from None
    return place


def count_in(session: Session, now: datetime) -> bool:
    """Increment the participant count, if there is a place and the session is open now."""
    return bool(increment().run(pk=session.pk, now=now))


@cache
def increment() -> CompiledUpdate:
    row = Session.objects.filter(pk=Param("pk"), status__in=OPEN, date__gt=NOW)
    free = row.filter(participant_count__lt=F("max_participants"))
    return CompiledUpdate(
        free, participant_count=F("participant_count") + 1, version=F("version") + 1
    )


@metrics.count_action("leave")
def leave(session: Session, *, by: User, now: datetime) -> None:
    """Leave a session of either booking mode.

    Raises:
        APIError: 400 if the user isn't a participant, or the session has started or is over.
    """
    check(ACTIONS["leave"], session, session.viewer(by, now))
    try:
        with transaction.atomic():
            # The session first, as everywhere: in the other order a deletion could deadlock it.
            if not (
                count_out(session)
                and end_participation().run(session=session.pk, user=by.pk, now=now)
            ):
                raise LostRaceError
            recall_reminders(session.pk, now=now, of=by.pk)
            notify_people(LEFT, session, [session.creator_id], now, person=by)
    except LostRaceError:
        check_again("leave", session, by, now)
        raise APIError(NOT_FOUND) from None


def count_out(session: Session) -> bool:
    """Decrement the participant count, if the session is still open."""
    return bool(decrement().run(pk=session.pk))


@cache
def decrement() -> CompiledUpdate:
    row = Session.objects.filter(pk=Param("pk"), status__in=OPEN, participant_count__gt=0)
    return CompiledUpdate(
        row, participant_count=F("participant_count") - 1, version=F("version") + 1
    )


@cache
def end_participation() -> CompiledUpdate:
    place = Participant.objects.present().filter(session=Param("session"), user=Param("user"))
    return CompiledUpdate(place, left_at=NOW)
