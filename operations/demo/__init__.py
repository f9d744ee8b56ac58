"""Demo data: people and sessions as a small site has them, the same every time, with dates
around the moment of loading. Every status is reached through the services, at moments of their
own; nothing is written past them."""

from __future__ import annotations

from datetime import datetime, timedelta
from itertools import cycle

from django.db import transaction

from accounts.models import User
from operations.demo.data import DOMAIN, PASSWORD, PEOPLE, PLANS, STAFF, STUDENTS, Plan
from sessions_app import services
from sessions_app.jobs import complete_sessions, expire_sessions
from sessions_app.models import Session
from sessions_app.states import Mode

__all__ = ["PASSWORD", "PEOPLE", "STAFF", "is_loaded", "load"]


def is_loaded() -> bool:
    """Are the demo people here?"""
    return bool(User.objects.with_email(f"{PEOPLE[0].username}@{DOMAIN}").exists())


def load(now: datetime) -> bool:
    """Fill an empty database; False, and no change, if it has people already."""
    with transaction.atomic():
        if User.objects.exists():
            return False
        people = create_people()
        students = cycle(STUDENTS)
        for plan in PLANS:
            play(plan, people, [next(students) for _ in range(plan.joiners)], now)
        complete_sessions(now)
        expire_sessions(now)
    return True


def create_people() -> dict[str, User]:
    User.objects.create_superuser(STAFF, f"{STAFF}@{DOMAIN}", PASSWORD, first_name="Sam")
    return {
        person.username: User.objects.create_user(
            person.username,
            f"{person.username}@{DOMAIN}",
            PASSWORD,
            first_name=person.first_name,
            last_name=person.last_name,
            role=person.role,
            timezone=person.timezone,
        )
        for person in PEOPLE
    }


def play(plan: Plan, people: dict[str, User], joiners: list[str], now: datetime) -> None:
    """Let a session happen, up to its ending."""
    creator, date = people[plan.creator], date_of(plan, now)
    published = min(date, now) - timedelta(days=7)
    session = services.create(
        by=creator,
        now=published,
        booking_mode=Mode.INSTANT,
        title=plan.title,
        description=plan.description,
        subject=plan.subject,
        level=plan.level,
        date=date,
        duration=plan.duration,
        max_participants=plan.places,
    )
    for number, username in enumerate(joiners, start=1):
        person = people[username]
        services.join(seen(session, person), by=person, now=published + timedelta(hours=number))
    if plan.ending == "cancel":
        reason = "The room is not free after all."
        services.cancel(seen(session, creator), by=creator, now=now, reason=reason)
    if plan.ending in {"start", "complete", "left running"}:
        services.start(seen(session, creator), by=creator, now=date)
    if plan.ending == "complete":
        end = date + timedelta(minutes=plan.duration)
        services.complete(seen(session, creator), by=creator, now=end)


def date_of(plan: Plan, now: datetime) -> datetime:
    """Day 0 is what runs right now: it began a quarter of an hour ago."""
    if plan.day == 0:
        return now.replace(microsecond=0) - timedelta(minutes=15)
    midnight = now.replace(hour=0, minute=0, second=0, microsecond=0)
    return midnight + timedelta(days=plan.day, hours=plan.hour)


def seen(session: Session, person: User) -> Session:
    found: Session = Session.objects.seen_by(person).get(pk=session.pk)
    return found
