"""Joining for both ORM baselines: locks, checks and updates the session's row."""

from django.db import transaction
from django.utils import timezone

from bench.baselines.tables.models import Notification, Participant, Session


class CannotJoinError(Exception):
    """This person can't join this session."""


@transaction.atomic
def join(session_id, user):
    now = timezone.now().replace(microsecond=0)
    session = Session.objects.select_for_update().filter(pk=session_id).first()
    if session is None:
        raise CannotJoinError
    present = session.participants.filter(left_at=None)
    full = present.count() >= session.max_participants
    known = session.creator_id == user.pk or present.filter(user=user).exists()
    if full or known or session.status != "upcoming" or session.date <= now:
        raise CannotJoinError
    place = Participant.objects.create(session=session, user=user, joined_at=now)
    Notification.objects.create(
        user_id=session.creator_id,
        type="session_update",
        event="joined",
        title=f"New participant in {session.title}",
        message=f"{user.first_name} {user.last_name} joined your session.",
        session=session,
        created_at=now,
    )
    return place
