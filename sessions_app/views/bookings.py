"""`/api/sessions/{id}/…`: joining and leaving, booking requests and participants."""

from __future__ import annotations

from collections.abc import Callable

from django.utils import timezone
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from core.api.pagination import answer_array
from core.api.views import Answer
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
    inputs = {
        "join": serializers.JoinInput,
        "approve_request": serializers.DecisionInput,
        "reject_request": serializers.DecisionInput,
    }
    limits = {"join": "join", "approve_request": "decide", "reject_request": "decide"}
    answers = {
        "join": Answer(JoinedObject, 201),
        "leave": Answer(SessionDoneObject),
        "withdraw_request": Answer(None, 204),
        "approve_request": Answer(BookingRequestObject),
        "reject_request": Answer(BookingRequestObject),
        "booking_requests": Answer(BookingRequestObject, listed="page"),
        "participants": Answer(ParticipantObject, listed="array"),
    }

    @action(methods=["post"], detail=True)
    def join(self, request: Request, pk: int) -> Response:
        """Join a session, or ask to join it.

        In an `instant` session you become a participant at once. In a `request` session you make a
        booking request, with the message, which its creator decides; you can make three in all.
        """
        session = self.fetch()
        place = services.join(session, by=self.person, now=timezone.now(), **self.read())
        return self.answer(joined_object(place, self.shown(session.pk)))

    @action(methods=["post"], detail=True)
    def leave(self, request: Request, pk: int) -> Response:
        """Leave a session that has not started."""
        session = self.fetch()
        services.leave(session, by=self.person, now=timezone.now())
        return self.done("Successfully left the session", session)

    @action(methods=["post"], detail=True)
    def withdraw_request(self, request: Request, pk: int) -> Response:
        """Withdraw your own pending request."""
        services.withdraw_request(self.fetch(), by=self.person, now=timezone.now())
        return self.answer()

    @action(methods=["post"], detail=True)
    def approve_request(self, request: Request, pk: int) -> Response:
        """Approve a booking request, which makes the asker a participant.

        Also approves and schedules the session, if it isn't yet.
        """
        return self.decide(services.approve_request)

    @action(methods=["post"], detail=True)
    def reject_request(self, request: Request, pk: int) -> Response:
        """Reject a booking request."""
        return self.decide(services.reject_request)

    def decide(self, act: Callable[..., BookingRequest]) -> Response:
        session = self.fetch()
        decided = act(session, by=self.person, now=timezone.now(), **self.read())
        return self.answer(booking_request_object(decided))

    @action(detail=True)
    def booking_requests(self, request: Request, pk: int) -> Response:
        """List the requests for a session, pending first, then newest first.

        Its creator and staff see all of them, others only their own.
        """
        rows = self.fetch().booking_requests.visible_to(self.person).for_list()
        return self.get_paginated_response(
            [booking_request_object(row) for row in self.paginate(rows)]
        )

    @action(detail=True)
    def participants(self, request: Request, pk: int) -> Response:
        """List the participants of a session, in the order in which they joined."""
        places = self.fetch().participants.for_list()
        return answer_array(request, places, participant_object)
