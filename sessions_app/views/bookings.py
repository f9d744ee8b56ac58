"""`/api/sessions/{id}/…`: joining and leaving, booking requests and participants."""

from __future__ import annotations

from collections.abc import Callable

from django.utils import timezone
from rest_framework.request import Request
from rest_framework.response import Response

from core.api.operations import Answer, operation
from core.api.pagination import answer_array
from sessions_app import serializers, services
from sessions_app.models import BookingRequest
from sessions_app.representations import (
    BookingRequestObject,
    JoinedObject,
    ParticipantObject,
    SessionDoneObject,
    booking_request_object,
    joined_object,
    participant_object,
)
from sessions_app.views.base import SessionViews


class BookingViewSet(SessionViews):
    @operation(
        "post",
        "join",
        detail=True,
        input=serializers.JoinInput,
        answer=Answer(JoinedObject, 201),
        limit="join",
    )
    def join(self, request: Request, pk: int) -> Response:
        """Join a session, or ask to join it.

        In an `instant` session you become a participant at once. In a `request` session you make a
        booking request, with the message, which its creator decides; you can make three in all.
        """
        session = self.fetch()
        place = services.join(session, by=self.person, now=timezone.now(), **self.read())
        return self.answer(joined_object(place, self.shown(session.pk)))

    @operation("post", "leave", detail=True, answer=Answer(SessionDoneObject))
    def leave(self, request: Request, pk: int) -> Response:
        """Leave a session that has not started."""
        session = self.fetch()
        services.leave(session, by=self.person, now=timezone.now())
        return self.done("Successfully left the session", session)

    @operation("post", "withdraw_request", detail=True, answer=Answer(None, 204))
    def withdraw_request(self, request: Request, pk: int) -> Response:
        """Withdraw your own pending request."""
        services.withdraw_request(self.fetch(), by=self.person, now=timezone.now())
        return self.answer()

    @operation(
        "post",
        "approve_request",
        detail=True,
        input=serializers.DecisionInput,
        answer=Answer(BookingRequestObject),
        limit="decide",
    )
    def approve_request(self, request: Request, pk: int) -> Response:
        """Approve a booking request, which makes the asker a participant.

        Also approves and schedules the session, if it isn't yet.
        """
        return self.decide(services.approve_request)

    @operation(
        "post",
        "reject_request",
        detail=True,
        input=serializers.DecisionInput,
        answer=Answer(BookingRequestObject),
        limit="decide",
    )
    def reject_request(self, request: Request, pk: int) -> Response:
        """Reject a booking request."""
        return self.decide(services.reject_request)

    def decide(self, act: Callable[..., BookingRequest]) -> Response:
        session = self.fetch()
        decided = act(session, by=self.person, now=timezone.now(), **self.read())
        return self.answer(booking_request_object(decided))

    @operation(
        "get", "booking_requests", detail=True, answer=Answer(BookingRequestObject, listed="page")
    )
    def booking_requests(self, request: Request, pk: int) -> Response:
        """List the requests for a session, pending first, then newest first.

        Its creator and staff see all of them, others only their own.
        """
        rows = self.fetch().booking_requests.visible_to(self.person).for_list()
        return self.get_paginated_response(
            [booking_request_object(row) for row in self.paginate(rows)]
        )

    @operation("get", "participants", detail=True, answer=Answer(ParticipantObject, listed="array"))
    def participants(self, request: Request, pk: int) -> Response:
        """List the participants of a session, in the order in which they joined."""
        places = self.fetch().participants.for_list()
        return answer_array(request, places, participant_object)
