"""All reads of 1-on-1 sessions and what belongs to them."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any, NoReturn, Self

from django.db.models import Count, Exists, F, OuterRef, Q, QuerySet

from core.lifecycle import LifecycleQuerySet
from friendships.models import Friendship
from zoom.events import MEETING_ENDED, PARTICIPANT_JOINED
from zoom.states import LIVE, MAX_ACTIVE, MAX_PENDING, Status

# By then a start has long succeeded or died, whoever is in the middle of it.
MAX_START = timedelta(minutes=1)
# What can't be looked up at Zoom for so long is given up.
GIVEN_UP = timedelta(days=1)


class OneOnOneSessionQuerySet(LifecycleQuerySet):
    def of(self, user: Any) -> Self:
        """Those in which this person is one of the two."""
        return self.filter(Q(initiator=user) | Q(participant=user))

    def for_list(self) -> Self:
        """With the two people, and `are_friends`: are they so now?"""
        two = OuterRef("initiator_id"), OuterRef("participant_id")
        friendship = Friendship.objects.accepted().between(*two)
        return self.select_related("initiator", "participant").annotate(
            are_friends=Exists(friendship)
        )

    def live_between(self, one: Any, other: Any) -> Self:
        """The pair's sessions that are not over."""
        pair = Q(initiator=one, participant=other) | Q(initiator=other, participant=one)
        return self.filter(pair, status__in=LIVE)

    def left_pending(self, now: datetime) -> Self:
        return self.filter(status=Status.PENDING, created_at__lte=now - MAX_PENDING)

    def left_active(self, now: datetime) -> Self:
        return self.filter(status=Status.ACTIVE, started_at__lte=now - MAX_ACTIVE)

    def overdue(self, now: datetime) -> Self:
        """What the clock should have called off or completed."""
        return self.left_pending(now) | self.left_active(now)

    def meeting(self, meeting_id: str) -> Self:
        """The one that meets there; stand-in rooms aren't at Zoom."""
        return self.filter(zoom_meeting_id=meeting_id).exclude(zoom_host="")

    def in_stand_in_room(self, path: str) -> Self:
        """Those that meet in the stand-in room at this path."""
        return self.filter(zoom_host="", zoom_meeting_url__endswith=path)

    def active_by_host(self) -> dict[str, int]:
        """How many meetings go on at each host."""
        rows = self.filter(status=Status.ACTIVE).order_by().values_list("zoom_host")
        return dict(rows.annotate(number=Count("pk")))

    def locked(self) -> Self:
        """Held against other writers until the transaction ends; readers go on."""
        return self.select_for_update(of=("self",), no_key=True)


class StartAttemptQuerySet(QuerySet[Any]):
    # Whoever starts has claimed the session by the attempt's marker; who fails lets it go.
    LOST_CLAIM = Q(session__start_marker=None) | ~Q(session__start_marker=F("marker"))

    def counted(self, since: datetime) -> Self:
        """Those for which Zoom has made a meeting, or may have, newest first."""
        return self.filter(counts=True, created_at__gte=since).order_by("-created_at")

    def of_pair(self, one: Any, other: Any) -> Self:
        """Those of these two people's sessions, whoever started."""
        pair = {one, other}
        return self.filter(session__initiator__in=pair, session__participant__in=pair)

    def number_by_host(self, since: datetime) -> dict[str, tuple[int, int]]:
        """For each host how many there were, and how many of them count; "" is the stand-in."""
        rows = self.filter(created_at__gte=since).order_by().values_list("host")
        numbers = rows.annotate(Count("pk"), counted=Count("pk", filter=Q(counts=True)))
        return {host: (tried, counted) for host, tried, counted in numbers}

    def lost(self, now: datetime) -> Self:
        """Those that have failed or died, and may have left a meeting at Zoom."""
        died = Q(created_at__lt=now - MAX_START)
        return self.filter(self.LOST_CLAIM | died, settled=False, created_at__gt=now - GIVEN_UP)

    def failed(self, now: datetime) -> Self:
        """Those that came to no meeting: Zoom failed, or the session was over by then."""
        died = Q(session__started_at=None, session__start_until__lte=now)
        return self.filter(self.LOST_CLAIM | died)


class JoinTokenQuerySet(QuerySet[Any]):
    def redeem(self, pk: int, now: datetime) -> bool:
        """Use it up: True once, and only before it has expired."""
        fresh = self.filter(pk=pk, is_used=False, expires_at__gt=now)
        return bool(fresh.update(is_used=True, used_at=now))


class AppendOnlyError(TypeError):
    """A row that must stay as it is was about to be changed or deleted: a programming error."""


class AuditEntryQuerySet(QuerySet[Any]):
    """Reads and adds; a log is neither changed nor shortened. The one exception is a name that
    the law wants out of it."""

    def for_list(self) -> Self:
        return self.select_related("user")

    def reword(self, message: str) -> int:
        """Let the entries say this instead, of somebody who was erased; how many that were."""
        return super().update(message=message)

    def update(self, **changes: Any) -> NoReturn:
        raise AppendOnlyError("An entry of the log can't be changed.")

    def delete(self) -> NoReturn:
        raise AppendOnlyError("An entry of the log can't be deleted.")


class WebhookEventQuerySet(QuerySet[Any]):
    def of_one_time(self, meeting_id: str, meeting_uuid: str) -> Self:
        """What was told of one time that the meeting took place."""
        return self.filter(meeting_id=meeting_id, meeting_uuid=meeting_uuid)

    def two_joined(self) -> bool:
        """Have two different people come? All guests count as one, who may have come twice."""
        joins = self.filter(name=PARTICIPANT_JOINED).order_by()
        return joins.values("person").distinct().count() > 1

    def has_ended(self) -> bool:
        return self.filter(name=MEETING_ENDED).exists()
