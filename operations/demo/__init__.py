"""Demo data of a small site: people, their sessions and friends. It is the same every time, with
dates around the time of loading. All rows are created by the services, called with suitable
times."""

from __future__ import annotations

from datetime import datetime, timedelta
from functools import partial
from itertools import cycle, islice
from operator import ne

from django.conf import settings
from django.db import transaction

from accounts.models import User
from operations.demo.friends import befriend
from operations.demo.peer_sessions import PEER_PLANS, PeerPlan
from operations.demo.people import DOMAIN, PASSWORD, PEOPLE, STAFF, STUDENTS
from operations.demo.sessions import PLANS, Plan
from sessions_app import services
from sessions_app.jobs import complete_sessions, expire_sessions
from sessions_app.models import Session
from sessions_app.states import Mode, staff_approves

__all__ = ["PASSWORD", "PEOPLE", "STAFF", "is_loaded", "load"]


def is_loaded() -> bool:
    """Whether the demo people are in the database."""
    return bool(User.objects.with_email(f"{PEOPLE[0].username}@{DOMAIN}").exists())


def load(now: datetime) -> bool:
    """Load the demo data. Return False, and change nothing, if there are users already."""
    with transaction.atomic():
        if User.objects.exists():
            return False
        people = create_people()
        students = cycle(STUDENTS)
        for plan in PLANS + PEER_PLANS:
            others = filter(partial(ne, plan.creator), students)
            play(plan, people, list(islice(others, plan.joiners)), now)
        befriend(people, now)
        complete_sessions(now)
        expire_sessions(now)
    return True


def create_people() -> dict[str, User]:
    # The password is public, so in production the staff account has none.
    password = PASSWORD if settings.DEBUG else None
    staff = User.objects.create_superuser(
        STAFF, f"{STAFF}@{DOMAIN}", password, first_name="Sam", email_confirmed=True
    )
    return {STAFF: staff} | {
        person.username: User.objects.create_user(
            person.username,
            f"{person.username}@{DOMAIN}",
            PASSWORD,
            first_name=person.first_name,
            last_name=person.last_name,
            role=person.role,
            timezone=person.timezone,
            email_confirmed=True,
        )
        for person in PEOPLE
    }


def play(plan: Plan, people: dict[str, User], joiners: list[str], now: datetime) -> None:
    """Create the session of a plan, let people join, and bring it to its final status."""
    creator, date = people[plan.creator], date_of(plan, now)
    published = min(date, now) - timedelta(days=7)
    session = services.create(
        by=creator,
        now=published,
        booking_mode=Mode.REQUEST if isinstance(plan, PeerPlan) else Mode.INSTANT,
        title=plan.title,
        description=plan.description,
        subject=plan.subject,
        level=plan.level,
        date=date,
        duration=plan.duration,
        max_participants=plan.places,
    )
    if isinstance(plan, PeerPlan) and staff_approves():
        if plan.waits:
            return  # nobody can request to join yet
        staff = people[STAFF]
        services.approve(seen(session, staff), by=staff, now=published)
    for number, username in enumerate(joiners, start=1):
        person, moment = people[username], published + timedelta(hours=number)
        services.join(seen(session, person), by=person, now=moment)
    if isinstance(plan, PeerPlan):
        decide(plan, session, [people[username] for username in joiners], published)
    end(plan, session, creator, now)


def decide(plan: PeerPlan, session: Session, askers: list[User], published: datetime) -> None:
    """Approve the first of those who ask, reject the next, and let the others wait."""
    decisions = [services.approve_request] * plan.approved + [
        services.reject_request
    ] * plan.rejected
    by, now = session.creator, published + timedelta(days=1)
    for decision, asker in zip(decisions, askers, strict=False):
        decision(seen(session, by), user_id=asker.pk, by=by, now=now)


def end(plan: Plan, session: Session, creator: User, now: datetime) -> None:
    """Do what the plan's `ending` says as the creator; `load` completes and expires the rest."""
    row = seen(session, creator)
    if plan.ending == "approve" and not staff_approves():
        services.approve(row, by=creator, now=session.created_at + timedelta(days=1))
    elif plan.ending == "cancel":
        reason = "The room is not free after all."
        services.cancel(row, by=creator, now=now, reason=reason)
    elif plan.ending in {"start", "complete", "left running"}:
        services.start(row, by=creator, now=session.date)
    if plan.ending == "complete":
        over = session.date + timedelta(minutes=plan.duration)
        services.complete(seen(session, creator), by=creator, now=over)


def date_of(plan: Plan, now: datetime) -> datetime:
    """Return the session's date. Day 0 means now: the session began a quarter of an hour ago."""
    if plan.day == 0:
        return now.replace(microsecond=0) - timedelta(minutes=15)
    midnight = now.replace(hour=0, minute=0, second=0, microsecond=0)
    return midnight + timedelta(days=plan.day, hours=plan.hour)


def seen(session: Session, person: User) -> Session:
    found: Session = Session.objects.seen_by(person).get(pk=session.pk)
    return found
