"""Reminding people of what is about to begin (contract N3)."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db import transaction

from notifications.events import REMINDER
from sessions_app.models import Session
from sessions_app.services.locking import lock_row
from sessions_app.services.notify import notify_people, participants_of


def remind(pk: int, lead: timedelta, *, now: datetime) -> bool:
    """Remind the creator and everybody who is in, of this lead time and date, once. False if
    there is nothing to remind of any more.

    A session that was moved waits until an hour has passed since its last reminder of this or a
    shorter lead time.

    Two things keep it to once: the session's row says how far its reminders are, and the database
    takes one notification for a person, session, lead time and change of date.
    """
    with transaction.atomic():
        lock_row(pk)
        row = Session.objects.to_remind(now, lead).filter(pk=pk).first()
        if row is None:  # cancelled, moved, begun or reminded since the job looked
            return False
        minutes = lead // timedelta(minutes=1)
        occasion = f"reminder:{row.pk}:{minutes}:{row.reminder_round}"
        people = [row.creator_id, *participants_of(row)]
        notify_people(REMINDER, row, people, now, once=occasion, until=row.date)
        Session.objects.filter(pk=pk).update(
            reminded_lead=minutes, last_reminder_lead=minutes, last_reminder_at=now
        )
    return True
