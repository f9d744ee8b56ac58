"""All queries for 1-on-1 sessions, their tokens, start attempts, log entries and Zoom's events."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any, NoReturn, Self

from django.db.models import Count, Exists, F, OuterRef, Q, QuerySet

from core.lifecycle import LifecycleQuerySet
from friendships.models import Friendship
from zoom.events import MEETING_ENDED, PARTICIPANT_JOINED
from zoom.states import LIVE, MAX_ACTIVE, MAX_PENDING, Status

# After this time a start has either succeeded or failed.
MAX_START = timedelta(minutes=1)
# After this time, meetings of failed starts are no longer looked for at Zoom.
GIVEN_UP = timedelta(days=1)


class OneOnOneSessionQuerySet(LifecycleQuerySet):
    def of(self, user: Any) -> Self:
        """Return the sessions in which the user is one of the two people."""
        return self.filter(Q(initiator=user) | Q(participant=user))

    def for_list(self) -> Self:
        """Add the two people, and `are_friends`: whether they are friends now."""
        two = OuterRef("initiator_id"), OuterRef("participant_id")
        friendship = Friendship.objects.accepted().between(*two)
        return self.select_related("initiator", "participant").annotate(
            are_friends=Exists(friendship)
        )

    def live_between(self, one: Any, other: Any) -> Self:
        """Return the pair's pending and active sessions."""
        pair = Q(initiator=one, participant=other) | Q(initiator=other, participant=one)
        return self.filter(pair, status__in=LIVE)

    def left_pending(self, now: datetime) -> Self:
        return self.filter(status=Status.PENDING, created_at__lte=now - MAX_PENDING)

    def left_active(self, now: datetime) -> Self:
        return self.filter(status=Status.ACTIVE, started_at__lte=now - MAX_ACTIVE)

    def overdue(self, now: datetime) -> Self:
        """Return sessions that a scheduled job should have cancelled or completed."""
        return self.left_pending(now) | self.left_active(now)

    def meeting(self, meeting_id: str) -> Self:
        """Return the session with this Zoom meeting; stand-in rooms are excluded."""
        return self.filter(zoom_meeting_id=meeting_id).exclude(zoom_host="")

    def in_stand_in_room(self, path: str) -> Self:
        """Return the sessions that use the stand-in room at this path."""
        return self.filter(zoom_host="", zoom_meeting_url__endswith=path)

    def active_by_host(self) -> dict[str, int]:
        """Return the number of active meetings of each host."""
        rows = self.filter(status=Status.ACTIVE).order_by().values_list("zoom_host")
        return dict(rows.annotate(number=Count("pk")))

    def locked(self) -> Self:
        """Lock the rows against other writers until the transaction ends; readers don't wait."""
        return self.select_for_update(of=("self",), no_key=True)


class StartAttemptQuerySet(QuerySet[Any]):
    # A start claims the session with the attempt's marker, and releases it if it fails.
    LOST_CLAIM = Q(session__start_marker=None) | ~Q(session__start_marker=F("marker"))

    def counted(self, since: datetime) -> Self:
        """Return attempts for which Zoom has, or may have, created a meeting, newest first."""
        return self.filter(counts=True, created_at__gte=since).order_by("-created_at")

    def of_pair(self, one: Any, other: Any) -> Self:
        """Return the attempts of these two people's sessions, whoever started them."""
        pair = {one, other}
        return self.filter(session__initiator__in=pair, session__participant__in=pair)

    def number_by_host(self, since: datetime) -> dict[str, tuple[int, int]]:
        """Return {host: (all attempts, attempts that count)}; "" is the stand-in room."""
        rows = self.filter(created_at__gte=since).order_by().values_list("host")
        numbers = rows.annotate(Count("pk"), counted=Count("pk", filter=Q(counts=True)))
        return {host: (tried, counted) for host, tried, counted in numbers}

    def lost(self, now: datetime) -> Self:
        """Return failed or crashed attempts that may have left a meeting at Zoom."""
        expired = Q(created_at__lt=now - MAX_START)
        return self.filter(self.LOST_CLAIM | expired, settled=False, created_at__gt=now - GIVEN_UP)

    def failed(self, now: datetime) -> Self:
        """Return attempts without a meeting: Zoom failed, or the session had already ended."""
        expired = Q(session__started_at=None, session__start_until__lte=now)
        return self.filter(self.LOST_CLAIM | expired)


class JoinTokenQuerySet(QuerySet[Any]):
    def redeem(self, pk: int, now: datetime) -> bool:
        """Mark the token as used. True the first time, if it hasn't expired; else False."""
        fresh = self.filter(pk=pk, is_used=False, expires_at__gt=now)
        return bool(fresh.update(is_used=True, used_at=now))


class AppendOnlyError(TypeError):
    """Code tried to change or delete a row of an append-only table: a programming error."""


class AuditEntryQuerySet(QuerySet[Any]):
    """Allows reading and adding entries. The only change allowed is replacing the message, to
    remove the name of an erased user."""

    def for_list(self) -> Self:
        return self.select_related("user")

    def reword(self, message: str) -> int:
        """Replace the messages about an erased user, and return the number of entries."""
        return super().update(message=message)

    def update(self, **changes: Any) -> NoReturn:
        raise AppendOnlyError("An entry of the log can't be changed.")

    def delete(self) -> NoReturn:
        raise AppendOnlyError("An entry of the log can't be deleted.")


class WebhookEventQuerySet(QuerySet[Any]):
    def of_one_time(self, meeting_id: str, meeting_uuid: str) -> Self:
        """Return the events of one occurrence of the meeting."""
        return self.filter(meeting_id=meeting_id, meeting_uuid=meeting_uuid)

    def two_joined(self) -> bool:
        """Whether two different people joined. All guests count as one person: a guest who joins
        twice can't be recognised."""
        joins = self.filter(name=PARTICIPANT_JOINED).order_by()
        return joins.values("person").distinct().count() > 1

    def has_ended(self) -> bool:
        return self.filter(name=MEETING_ENDED).exists()
