"""Reminders of sessions that begin soon (contract N3)."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db import transaction

from notifications.events import REMINDER
from sessions_app.models import Session
from sessions_app.services.locking import lock_row
from sessions_app.services.notify import notify_people, participants_of


def remind(pk: int, lead: timedelta, *, now: datetime) -> bool:
    """Remind the creator and the participants once for this lead time and date. Return False if no
    reminder is due any more.

    After a change of date, the next reminder is sent at the earliest an hour after the last one of
    this or a shorter lead time.

    Two things prevent duplicates: the session's row has the shortest lead time reached so far, and
    the database accepts one notification per person, session, lead time and change of date.
    """
    with transaction.atomic():
        lock_row(pk)
        row = Session.objects.to_remind(now, lead).filter(pk=pk).first()
        if row is None:  # it was cancelled, moved, started or reminded in the meantime
            return False
        minutes = lead // timedelta(minutes=1)
        occasion = f"reminder:{row.pk}:{minutes}:{row.reminder_round}"
        people = [row.creator_id, *participants_of(row)]
        notify_people(REMINDER, row, people, now, once=occasion, until=row.date)
        Session.objects.filter(pk=pk).update(
            reminded_lead=minutes, last_reminder_lead=minutes, last_reminder_at=now
        )
    return True
