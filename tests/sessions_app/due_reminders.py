"""Fills the database in `DATABASE_URL` with sessions that begin soon, and with sessions past their
end, for `test_reminder_races`.

Run as `python -m tests.sessions_app.due_reminders`.
"""

from __future__ import annotations

import os
from datetime import timedelta

import django
from django.core.management import call_command
from django.db.models import QuerySet
from django.utils import timezone

SESSIONS, PEOPLE = 100, 10
# The number of sessions that nobody has started, and of those that nobody has completed.
OVERDUE = 30
DAY = timedelta(days=1)


def fill() -> None:
    from accounts.models import User  # noqa: PLC0415  # after django.setup()
    from sessions_app import services  # noqa: PLC0415
    from sessions_app.models import Participant, Session  # noqa: PLC0415

    people = User.objects.bulk_create(
        User(username=f"p{n}", email=f"p{n}@example.com", role="instructor") for n in range(PEOPLE)
    )
    now = timezone.now()
    dates = {"soon": timedelta(hours=12), "unstarted": timedelta(hours=-2), "running": -DAY}
    for number, kind in enumerate(["soon"] * SESSIONS + ["unstarted", "running"] * OVERDUE):
        services.create(
            by=people[0],
            now=now,
            booking_mode="instant",
            title=f"Session {number}",
            description=kind,
            date=now + dates[kind],
            max_participants=PEOPLE,
        )
    # Without the services, which would set the start to now.
    running = Session.objects.filter(description="running")
    QuerySet.update(running, status="ongoing", started_at=now - DAY)
    Participant.objects.bulk_create(
        Participant(session=session, user=person)
        for session in Session.objects.all()
        for person in people[1:]
    )
    Session.objects.update(participant_count=PEOPLE - 1)


if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    django.setup()
    call_command("migrate", verbosity=0)
    fill()
