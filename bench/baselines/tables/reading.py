"""The querysets that both ORM baselines use: joins and prefetches, no query in a loop."""

from django.db.models import BooleanField, Case, Count, Exists, OuterRef, Prefetch, Q, Value, When
from django.db.models.functions import Greatest, Least

from bench.baselines.rules import OPEN, allowed_actions, viewer_role
from bench.baselines.tables.models import (
    BookingRequest,
    Friendship,
    Material,
    Message,
    Participant,
    Session,
)


def sessions(user):
    present = Participant.objects.filter(session=OuterRef("pk"), left_at=None)
    requests = BookingRequest.objects.filter(session=OuterRef("pk"))
    mine = requests.filter(user=user)
    return (
        Session.objects.select_related("creator")
        .annotate(
            participant_count=Count("participants", filter=Q(participants__left_at=None)),
            is_in=Exists(present.filter(user=user)),
            is_asking=Exists(mine.filter(status="pending")),
            asked_enough=Exists(mine.filter(attempt=3)),
            has_requests=Exists(requests.filter(status="pending")),
        )
        .order_by("-date", "-id")
    )


def details(user):
    requests = BookingRequest.objects.exclude(status="withdrawn").select_related("user")
    materials = Material.objects.select_related("uploaded_by").order_by("id")
    if not user.is_staff:
        requests = requests.filter(Q(user=user) | Q(session__creator=user))
        inside = Participant.objects.filter(session=OuterRef("session"), user=user, left_at=None)
        materials = materials.filter(Q(session__creator=user) | Exists(inside))
    answered = Case(
        When(status="pending", then=Value(False)),
        default=Value(True),
        output_field=BooleanField(),
    )
    places = Participant.objects.filter(left_at=None).select_related("user").order_by("id")
    return sessions(user).prefetch_related(
        Prefetch("participants", places, to_attr="present"),
        Prefetch("booking_requests", requests.order_by(answered, "-id"), to_attr="shown_requests"),
        Prefetch("materials", materials, to_attr="shown_materials"),
    )


def mine(rows, user):
    inside = Participant.objects.filter(session=OuterRef("pk"), user=user, left_at=None)
    return rows.filter(Q(creator=user) | Exists(inside))


def pair(one, other, first, second):
    """Return the condition that two columns refer to these two, in the form of the indexes."""
    return {
        "low": Least(first, second),
        "high": Greatest(first, second),
    }, {"low": min(one, other), "high": max(one, other)}


def were_friends(user, other_id):
    columns, values = pair(user.pk, other_id, "from_user_id", "to_user_id")
    return Friendship.objects.alias(**columns).filter(**values, since__isnull=False).exists()


def conversation(user, other_id):
    columns, values = pair(user.pk, other_id, "sender_id", "recipient_id")
    return Message.objects.alias(**columns).filter(**values).order_by("-id")[:100]


def is_full(session):
    return session.participant_count >= session.max_participants


def can_join(session, now):
    return session.status in OPEN and session.date > now and not is_full(session)


def actions(session, user, now):
    return allowed_actions(
        status=session.status,
        mode=session.booking_mode,
        full=is_full(session),
        future=session.date > now,
        creator=session.creator_id == user.pk,
        staff=user.is_staff,
        inside=session.is_in,
        asking=session.is_asking,
        asked_enough=session.asked_enough,
        has_requests=session.has_requests,
    )


def role(session, user):
    creator = session.creator_id == user.pk
    return viewer_role(creator=creator, inside=session.is_in, asking=session.is_asking)
