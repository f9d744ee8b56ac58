"""`/api/sessions/`: creating, finding and changing sessions, and changing their status."""

from __future__ import annotations

from django.utils import timezone
from django_filters.rest_framework import DjangoFilterBackend
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from core.api.views import Answer
from core.lifecycle import WRONG_STATE
from sessions_app import reads, serializers, services
from sessions_app.filters import SessionFilter
from sessions_app.refusals import NOT_MODERATOR
from sessions_app.representations import (
    SessionDetailObject,
    SessionDoneObject,
    SessionListObject,
)
from sessions_app.serializers import requested_mode
from sessions_app.views.base import SessionViews

# In addition to those of the table: a `status` in the body has the rules of another action.
UPDATE_ERRORS = [services.DATE_FIXED, WRONG_STATE, NOT_MODERATOR]


class SessionViewSet(SessionViews):
    filter_backends = [DjangoFilterBackend]
    filterset_class = SessionFilter
    inputs = {
        "create": serializers.CreateInput,
        "update": serializers.UpdateInput,
        "partial_update": serializers.UpdateInput,
        "cancel": serializers.CancelInput,
    }
    limits = {
        "create": "create_session",
        "update": "change_session",
        "partial_update": "change_session",
        # A separate limit, so that a user who has made too many changes can still cancel a session.
        **dict.fromkeys(("approve", "start", "complete", "cancel", "destroy"), "session_status"),
    }
    answers = {
        "list": Answer(SessionListObject, listed="page"),
        "retrieve": Answer(SessionDetailObject),
        "create": Answer(SessionDetailObject, 201),
        "update": Answer(SessionDetailObject),
        "partial_update": Answer(SessionDetailObject),
        "destroy": Answer(None, 204),
        "approve": Answer(SessionDoneObject),
        "start": Answer(SessionDoneObject),
        "complete": Answer(SessionDoneObject),
        "cancel": Answer(SessionDoneObject),
    }
    errors = {
        "create": [services.NOT_INSTRUCTOR],
        "update": UPDATE_ERRORS,
        "partial_update": UPDATE_ERRORS,
    }

    def count_attempt(self) -> None:
        """Count no attempts of staff, who approve and cancel the sessions of many people."""
        if not self.person.is_staff:
            super().count_attempt()

    def list(self, request: Request) -> Response:
        """List sessions, filtered and ordered."""
        filters = SessionFilter.parse(request.query_params)
        return self.page(reads.listing(filters, by=self.person))

    def create(self, request: Request) -> Response:
        """Publish a session.

        Only instructors can publish an `instant` session, which is open at once. Anybody can
        publish a `request` session.
        """
        now, mode = timezone.now(), requested_mode(request.data)
        services.check_may_create(mode, by=self.person)
        fields = self.read(mode=mode, now=now) | {"booking_mode": mode}
        session = services.create(by=self.person, now=now, **fields)
        return self.answer(self.shown(session.pk))

    def retrieve(self, request: Request, pk: int) -> Response:
        """Show a session with its participants."""
        return self.answer(self.shown(pk))

    def update(self, request: Request, pk: int) -> Response:
        """Change a session.

        Only the keys that you send are changed. A `status` changes the status of a `request`
        session, together with the other changes or not at all; it is ignored for an `instant`
        session. Participants are notified of a new date and get new reminders; but within an hour
        of a reminder they get another only if it has a shorter lead time.
        """
        session, now = self.fetch(), timezone.now()
        changes = self.read(session, mode=session.booking_mode, now=now)
        services.update(session, by=self.person, now=now, **changes)
        return self.answer(self.shown(session.pk))

    def partial_update(self, request: Request, pk: int) -> Response:
        """Change a session, exactly as PUT does."""
        return self.update(request, pk)

    def destroy(self, request: Request, pk: int) -> Response:
        """Delete a session and everything that belongs to it."""
        services.delete(self.fetch(), by=self.person, now=timezone.now())
        return self.answer()

    @action(methods=["post"], detail=True)
    def approve(self, request: Request, pk: int) -> Response:
        """Approve a `request` session that waits for approval."""
        session = self.fetch()
        services.approve(session, by=self.person, now=timezone.now())
        return self.done("Session approved successfully", session)

    @action(methods=["post"], detail=True)
    def start(self, request: Request, pk: int) -> Response:
        """Start a session, even before its date."""
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
        """Cancel a session, with an optional reason."""
        session = self.fetch()
        services.cancel(session, by=self.person, now=timezone.now(), **self.read())
        return self.done("Session cancelled successfully", session)
