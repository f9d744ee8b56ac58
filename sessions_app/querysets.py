"""The querysets of sessions, participants and booking requests."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any, Self

from django.db.models import (
    Case,
    Exists,
    F,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    When,
    Window,
)
from django.db.models.functions import RowNumber
from django.db.models.lookups import IsNull

from core.lifecycle import LifecycleQuerySet
from sessions_app.states import MAX_ATTEMPTS, OPEN, Mode, RequestStatus, Status, staff_approves

REQUESTS_SHOWN = 100
# The least time between two reminders of the same lead time, however often the date changes.
REMINDERS_APART = timedelta(hours=1)


class ParticipantQuerySet(QuerySet[Any]):
    def present(self) -> Self:
        """Only current participants, who haven't left."""
        return self.filter(left_at=None)

    def for_list(self) -> Self:
        return self.present().select_related("user")

    def of_person(self, user: Any) -> Self:
        return self.filter(user=user).select_related("user", "session")


class BookingRequestQuerySet(LifecycleQuerySet):
    def pending(self) -> Self:
        return self.filter(status=RequestStatus.PENDING)

    def of_person(self, user: Any) -> Self:
        return self.filter(user=user).select_related("user", "session")

    def visible_to(self, user: Any) -> Self:
        """All requests for the session's creator and staff, only their own for others. Withdrawn
        requests are left out."""
        rows = self.exclude(status=RequestStatus.WITHDRAWN)
        return rows if user.is_staff else rows.filter(Q(user=user) | Q(session__creator=user))

    def for_list(self) -> Self:
        """Pending ones first, newest first."""
        pending_first = Case(When(status=RequestStatus.PENDING, then=0), default=1)
        return self.select_related("user").order_by(pending_first, "-pk")

    def shown_with_sessions(self) -> Self:
        """The first `REQUESTS_SHOWN` requests of each session, in the order of `for_list`."""
        rows = self.for_list()
        order: Any = rows.query.order_by
        place = Window(RowNumber(), partition_by="session", order_by=order)
        return rows.annotate(place=place).filter(place__lte=REQUESTS_SHOWN)


class SessionQuerySet(LifecycleQuerySet):
    def related(self, name: str) -> Any:
        """Return the manager of a related model, by the relation's name."""
        field: Any = self.model._meta.get_field(name)
        return field.related_model._default_manager

    def visible_to(self, user: Any) -> Self:
        """All sessions; but on a moderated site, only the creator and staff see a session that was
        never approved, even when it is over."""
        if user.is_staff or not staff_approves():
            return self.all()
        return self.filter(
            Q(booking_mode=Mode.INSTANT) | Q(approved_at__isnull=False) | Q(creator=user)
        )

    def seen_by(self, user: Any) -> Self:
        """Add the facts about this user that `Session.viewer` reads."""
        mine = {"session": OuterRef("pk"), "user": user}
        requests = self.related("booking_requests")
        # Not EXISTS: PostgreSQL would then collect the pending requests of all sessions.
        pending = requests.pending().filter(session=OuterRef("pk")).order_by()
        return self.annotate(
            viewer_is_in=Exists(self.related("participants").present().filter(**mine)),
            viewer_is_asking=Exists(requests.pending().filter(**mine)),
            viewer_asked_enough=Exists(requests.filter(**mine, attempt=MAX_ATTEMPTS)),
            has_requests=IsNull(Subquery(pending.values("pk")[:1]), False),
        )

    def created_by(self, user: Any) -> Self:
        return self.filter(creator=user)

    def joined_by(self, user: Any) -> Self:
        places = self.related("participants").present()
        return self.filter(Exists(places.filter(session=OuterRef("pk"), user=user)))

    def requested_by(self, user: Any) -> Self:
        pending = self.related("booking_requests").pending()
        return self.filter(Exists(pending.filter(session=OuterRef("pk"), user=user)))

    def of(self, user: Any) -> Self:
        """Sessions created or joined by this user. Two lists of ids can each use an index; with an
        OR the database would scan all sessions."""
        created = self.model._default_manager.filter(creator=user).order_by().values("pk")
        places = self.related("participants").present().filter(user=user).order_by()
        return self.filter(pk__in=created.union(places.values("session")))

    def past_their_end(self, moment: Any, *statuses: str) -> Self:
        return self.filter(status__in=statuses, ends_at__lt=moment)

    def waiting_for_staff(self) -> Self:
        """On a moderated site, the sessions that the staff have to approve or refuse; otherwise
        none."""
        return self.filter(status=Status.PENDING_APPROVAL) if staff_approves() else self.none()

    def beginning_within(self, now: datetime, time: timedelta) -> Self:
        return self.filter(status__in=OPEN, date__gt=now, date__lte=now + time)

    def full(self) -> Self:
        return self.filter(status__in=OPEN, participant_count__gte=F("max_participants"))

    def to_remind(self, now: datetime, lead: timedelta) -> Self:
        """Sessions that begin within the lead time and have had no reminder of this or a shorter
        lead time: none for their date, and none for another date within the last hour."""
        minutes = lead // timedelta(minutes=1)
        reminded = Q(reminded_lead__lte=minutes)
        recently = Q(last_reminder_lead__lte=minutes, last_reminder_at__gt=now - REMINDERS_APART)
        return self.filter(
            ~reminded, ~recently, status__in=OPEN, date__gt=now, date__lte=now + lead
        )

    def locked(self) -> Self:
        """Lock the rows against other writers, but not readers, until the transaction ends."""
        return self.select_for_update(of=("self",), no_key=True)
