"""`/api/sessions/`: creating, finding and changing sessions, and changing their status."""

from __future__ import annotations

from django.utils import timezone
from rest_framework.request import Request
from rest_framework.response import Response

from core.api.operations import Answer, operation
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

# PUT and PATCH do the same (contract C8).
change = operation(
    action="update",
    input=serializers.UpdateInput,
    answer=Answer(SessionDetailObject),
    # Beyond the table's: a `status` that is sent along moves the session under rules of its own.
    errors=[services.DATE_FIXED, WRONG_STATE, NOT_MODERATOR],
    # Counted apart from `session_status`, so that who has changed too much can still call a
    # session off.
    limit="change_session",
)


class SessionViewSet(SessionViews):
    def count_attempt(self) -> None:
        """Count no attempts of staff, who approve and cancel the sessions of many people."""
        if not self.person.is_staff:
            super().count_attempt()

    @operation(answer=Answer(SessionListObject, listed="page"), filters=SessionFilter)
    def list(self, request: Request) -> Response:
        """List sessions, filtered and ordered."""
        return self.page(reads.listing(self.read_filters(), by=self.person))

    @operation(
        input=serializers.CreateInput,
        answer=Answer(SessionDetailObject, 201),
        errors=[services.NOT_INSTRUCTOR],
        limit="create_session",
    )
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

    @operation(answer=Answer(SessionDetailObject))
    def retrieve(self, request: Request, pk: int) -> Response:
        """Show a session with its participants."""
        return self.answer(self.shown(pk))

    @change
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

    @change
    def partial_update(self, request: Request, pk: int) -> Response:
        """Change a session, exactly as PUT does."""
        return self.update(request, pk)

    @operation(action="delete", answer=Answer(None, 204), limit="session_status")
    def destroy(self, request: Request, pk: int) -> Response:
        """Delete a session and everything that belongs to it."""
        services.delete(self.fetch(), by=self.person, now=timezone.now())
        return self.answer()

    @operation(
        "post",
        "approve",
        detail=True,
        answer=Answer(SessionDoneObject),
        limit="session_status",
    )
    def approve(self, request: Request, pk: int) -> Response:
        """Approve a `request` session that waits for approval."""
        session = self.fetch()
        services.approve(session, by=self.person, now=timezone.now())
        return self.done("Session approved successfully", session)

    @operation(
        "post",
        "start",
        detail=True,
        answer=Answer(SessionDoneObject),
        limit="session_status",
    )
    def start(self, request: Request, pk: int) -> Response:
        """Start a session, even before its date."""
        session = self.fetch()
        services.start(session, by=self.person, now=timezone.now())
        return self.done("Session started successfully", session)

    @operation(
        "post",
        "complete",
        detail=True,
        answer=Answer(SessionDoneObject),
        limit="session_status",
    )
    def complete(self, request: Request, pk: int) -> Response:
        """Complete a session that is ongoing."""
        session = self.fetch()
        services.complete(session, by=self.person, now=timezone.now())
        return self.done("Session completed successfully", session)

    @operation(
        "post",
        "cancel",
        detail=True,
        input=serializers.CancelInput,
        answer=Answer(SessionDoneObject),
        limit="session_status",
    )
    def cancel(self, request: Request, pk: int) -> Response:
        """Cancel a session, with an optional reason."""
        session = self.fetch()
        services.cancel(session, by=self.person, now=timezone.now(), **self.read())
        return self.done("Session cancelled successfully", session)
