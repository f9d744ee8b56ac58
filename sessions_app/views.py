"""`/api/sessions/`: views fetch, call the service, and answer."""

from __future__ import annotations

from collections.abc import Callable

from django.utils import timezone
from django_filters.rest_framework import DjangoFilterBackend
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from core.pagination import HundredPage, Page, answer_array
from core.views import ActionViewSet, Answer
from sessions_app import serializers, services
from sessions_app.filters import SessionFilter
from sessions_app.models import BookingRequest, Session
from sessions_app.querysets import SessionQuerySet
from sessions_app.representations import (
    BookingRequestObject,
    JoinedObject,
    ParticipantObject,
    SessionDetailObject,
    SessionDoneObject,
    SessionListObject,
    booking_request_object,
    joined_object,
    participant_object,
    session_detail_object,
    session_list_object,
)
from sessions_app.serializers import mode_asked_for
from sessions_app.states import ACTIONS, Viewer


class SessionViewSet(ActionViewSet):
    tag = "Sessions"
    table = ACTIONS
    queryset = Session.objects.none()  # names the model for the API's description
    pagination_class = Page
    filter_backends = [DjangoFilterBackend]
    filterset_class = SessionFilter
    inputs = {
        "create": serializers.CreateInput,
        "update": serializers.UpdateInput,
        "partial_update": serializers.UpdateInput,
        "join": serializers.JoinInput,
        "approve_request": serializers.DecisionInput,
        "reject_request": serializers.DecisionInput,
        "cancel": serializers.CancelInput,
    }
    answers = {
        "list": Answer(SessionListObject, listed="page"),
        "retrieve": Answer(SessionDetailObject),
        "create": Answer(SessionDetailObject, 201),
        "update": Answer(SessionDetailObject),
        "partial_update": Answer(SessionDetailObject),
        "destroy": Answer(None, 204),
        "join": Answer(JoinedObject, 201),
        "leave": Answer(SessionDoneObject),
        "withdraw_request": Answer(None, 204),
        "approve_request": Answer(BookingRequestObject),
        "reject_request": Answer(BookingRequestObject),
        "approve": Answer(SessionDoneObject),
        "start": Answer(SessionDoneObject),
        "complete": Answer(SessionDoneObject),
        "cancel": Answer(SessionDoneObject),
        "my_sessions": Answer(
            SessionListObject,
            listed="page",
            also={"created": list[SessionDetailObject], "joined": list[SessionDetailObject]},
        ),
        "created_sessions": Answer(SessionListObject, listed="page"),
        "joined_sessions": Answer(SessionListObject, listed="page"),
        "requested_sessions": Answer(SessionListObject, listed="page"),
        "booking_requests": Answer(BookingRequestObject, listed="page"),
        "participants": Answer(ParticipantObject, listed="array"),
    }
    errors = {
        "create": [services.NOT_INSTRUCTOR],
        "update": [services.DATE_FIXED],
        "partial_update": [services.DATE_FIXED],
    }

    def get_queryset(self) -> SessionQuerySet:  # type: ignore[override]  # a narrower one
        rows: SessionQuerySet = Session.objects.all()
        return rows.visible_to(self.person).seen_by(self.person)

    def viewer(self, row: Session) -> Viewer:
        return row.viewer(self.person, timezone.now())

    def shown(self, pk: int) -> SessionDetailObject:
        """The session read again, as it is after what was done."""
        user = self.person
        session = Session.objects.seen_by(user).for_detail(user).get(pk=pk)
        return session_detail_object(session, user=user, now=timezone.now())

    def done(self, message: str, session: Session) -> Response:
        return self.answer({"message": message, "session": self.shown(session.pk)})

    def page(self, rows: SessionQuerySet) -> Response:
        now = timezone.now()
        return self.get_paginated_response(
            [
                session_list_object(session, user=self.person, now=now)
                for session in self.paginate(rows.for_list())
            ]
        )

    def list(self, request: Request) -> Response:
        """List sessions, filtered and ordered."""
        rows: SessionQuerySet = self.filter_queryset(self.get_queryset())  # type: ignore[assignment]
        return self.page(rows)

    def create(self, request: Request) -> Response:
        """Publish a session.

        An `instant` session is open at once and needs an instructor; a `request` session can be
        offered by anybody.
        """
        now, mode = timezone.now(), mode_asked_for(request.data)
        services.check_may_create(mode, by=self.person)
        fields = self.read(mode=mode, now=now) | {"booking_mode": mode}
        session = services.create(by=self.person, now=now, **fields)
        return self.answer(self.shown(session.pk))

    def retrieve(self, request: Request, pk: int) -> Response:
        """Show a session with its participants."""
        user = self.person
        session = self.fetch(self.get_queryset().for_detail(user))
        return self.answer(session_detail_object(session, user=user, now=timezone.now()))

    def update(self, request: Request, pk: int) -> Response:
        """Change a session.

        The keys sent are changed, the others stay. A `status` moves a `request` session, together
        with the other changes or not at all; it is ignored for an `instant` session.
        """
        session, now = self.fetch(), timezone.now()
        changes = self.read(session, mode=session.booking_mode, now=now)
        services.update(session, by=self.person, now=now, **changes)
        return self.answer(self.shown(session.pk))

    def partial_update(self, request: Request, pk: int) -> Response:
        """Change a session, exactly as PUT does."""
        return self.update(request, pk)

    def destroy(self, request: Request, pk: int) -> Response:
        """Delete a session and all that belongs to it."""
        services.delete(self.fetch(), by=self.person, now=timezone.now())
        return self.answer()

    @action(methods=["post"], detail=True)
    def join(self, request: Request, pk: int) -> Response:
        """Join a session, or ask to.

        An `instant` session gives a place at once. A `request` session gets a booking request,
        with the message, for its creator to decide; one may ask three times in all.
        """
        session = self.fetch()
        place = services.join(session, by=self.person, now=timezone.now(), **self.read())
        return self.answer(joined_object(place, self.shown(session.pk)))

    @action(methods=["post"], detail=True)
    def leave(self, request: Request, pk: int) -> Response:
        """Leave a session that has not begun."""
        session = self.fetch()
        services.leave(session, by=self.person, now=timezone.now())
        return self.done("Successfully left the session", session)

    @action(methods=["post"], detail=True)
    def withdraw_request(self, request: Request, pk: int) -> Response:
        """Take back one's own pending request."""
        services.withdraw_request(self.fetch(), by=self.person, now=timezone.now())
        return self.answer()

    @action(methods=["post"], detail=True)
    def approve_request(self, request: Request, pk: int) -> Response:
        """Give the one who asks a place.

        Approves and schedules the session, too, if it wasn't.
        """
        return self.decide(services.approve_request)

    @action(methods=["post"], detail=True)
    def reject_request(self, request: Request, pk: int) -> Response:
        """Refuse the one who asks."""
        return self.decide(services.reject_request)

    def decide(self, act: Callable[..., BookingRequest]) -> Response:
        session = self.fetch()
        decided = act(session, by=self.person, now=timezone.now(), **self.read())
        return self.answer(booking_request_object(decided))

    @action(methods=["post"], detail=True)
    def approve(self, request: Request, pk: int) -> Response:
        """Approve a `request` session that waits for it."""
        session = self.fetch()
        services.approve(session, by=self.person, now=timezone.now())
        return self.done("Session approved successfully", session)

    @action(methods=["post"], detail=True)
    def start(self, request: Request, pk: int) -> Response:
        """Start a session, also before its date."""
        session = self.fetch()
        services.start(session, by=self.person, now=timezone.now())
        return self.done("Session started successfully", session)

    @action(methods=["post"], detail=True)
    def complete(self, request: Request, pk: int) -> Response:
        """Complete a session that is ongoing."""
        session = self.fetch()
        services.complete(session, by=self.person, now=timezone.now())
        return self.done("Session completed successfully", session)

    @action(methods=["post"], detail=True)
    def cancel(self, request: Request, pk: int) -> Response:
        """Cancel a session, with a reason if there is one to tell."""
        session = self.fetch()
        services.cancel(session, by=self.person, now=timezone.now(), **self.read())
        return self.done("Session cancelled successfully", session)

    @action(detail=False, pagination_class=HundredPage, filterset_class=None)
    def my_sessions(self, request: Request) -> Response:
        """Show the sessions that one created or joined.

        One page (100 unless told), latest date first: as list objects in `results`, and again as
        detail objects in `created` and `joined`.
        """
        user, now = self.person, timezone.now()
        rows = self.paginate(self.get_queryset().of(user).for_detail(user))
        page = self.get_paginated_response(
            [session_list_object(session, user=user, now=now) for session in rows]
        )
        details = [session_detail_object(session, user=user, now=now) for session in rows]
        page.data["created"] = [each for each in details if each["viewer_role"] == "creator"]
        page.data["joined"] = [each for each in details if each["viewer_role"] != "creator"]
        return page

    @action(detail=False, filterset_class=None)
    def created_sessions(self, request: Request) -> Response:
        """List the sessions that one created."""
        return self.page(self.get_queryset().created_by(self.person))

    @action(detail=False, filterset_class=None)
    def joined_sessions(self, request: Request) -> Response:
        """List the sessions that one is a participant of."""
        return self.page(self.get_queryset().joined_by(self.person))

    @action(detail=False, filterset_class=None)
    def requested_sessions(self, request: Request) -> Response:
        """List the sessions where one has a pending request."""
        return self.page(self.get_queryset().requested_by(self.person))

    @action(detail=True, filterset_class=None)
    def booking_requests(self, request: Request, pk: int) -> Response:
        """List the requests for a session, pending first, then newest first.

        All of them for its creator and staff; one's own for others.
        """
        rows = self.fetch().booking_requests.visible_to(self.person).for_list()
        return self.get_paginated_response(
            [booking_request_object(row) for row in self.paginate(rows)]
        )

    @action(detail=True, filterset_class=None)
    def participants(self, request: Request, pk: int) -> Response:
        """List who is in a session, in the order in which they joined."""
        places = self.fetch().participants.for_list()
        return answer_array(request, places, participant_object)
