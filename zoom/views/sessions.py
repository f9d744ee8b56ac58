"""`/v1/sessions/`: 1-on-1 sessions, from creating one to the end of its meeting."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from django.utils import timezone
from django_filters.rest_framework import DjangoFilterBackend
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from core.api.pagination import answer_array
from core.api.views import ActionViewSet, Answer
from friendships.services import NOT_FRIENDS, ONESELF
from zoom import client, serializers, services
from zoom.filters import OneOnOneFilter
from zoom.models import OneOnOneSession
from zoom.querysets import OneOnOneSessionQuerySet
from zoom.representations import (
    AuditEntryObject,
    JoinTokenObject,
    MeetingObject,
    OneOnOneObject,
    audit_entry_object,
    join_token_object,
    meeting_object,
    one_on_one_object,
)
from zoom.states import ACTIONS, NOT_ACTIVE, NOT_READY, OTHER_NOT_READY, START_LOST, Viewer


class OneOnOneViewSet(ActionViewSet):
    tag = "1-on-1 sessions"
    table = ACTIONS
    names = {"retrieve": "look", "audit_logs": "look"}
    keyless = {"start", "join_token", "validate_join_token"}
    queryset = OneOnOneSession.objects.none()  # names the model for the API's description
    filter_backends = [DjangoFilterBackend]
    filterset_class = OneOnOneFilter
    inputs = {
        "open": serializers.OneOnOneInput,
        "validate_join_token": serializers.JoinTokenInput,
    }
    # A Zoom host can create 100 meetings a day: one person mustn't use up all of them.
    limits = {
        "open": "one_on_one",
        "start": "start_meeting",
        "leave": "leave_meeting",
        "join_token": "join_token",  # nosec B105  # a limit
        "validate_join_token": "join_token",  # nosec B105  # a limit
    }
    answers = {
        "list": Answer(OneOnOneObject, listed="array", newest_first=True),
        "retrieve": Answer(OneOnOneObject),
        "open": Answer(OneOnOneObject, 201),
        "start": Answer(OneOnOneObject),
        "ready": Answer(OneOnOneObject),
        "join_token": Answer(JoinTokenObject, 201),
        "validate_join_token": Answer(MeetingObject),
        "leave": Answer(OneOnOneObject),
        "end": Answer(OneOnOneObject),
        "cancel": Answer(OneOnOneObject),
        "audit_logs": Answer(AuditEntryObject, listed="array"),
    }
    errors = {
        "open": [services.NO_SUCH_PERSON, ONESELF, NOT_FRIENDS],
        "start": [
            services.NO_SUCH_PERSON,
            NOT_FRIENDS,
            START_LOST,
            services.PAIR_LIMIT,
            services.NEWCOMER_LIMIT,
            client.ZOOM_NOT_CONFIGURED,
            client.ZOOM_UNREACHABLE,
            client.ZOOM_BUSY,
            client.ZOOM_TIMEOUT,
            client.ZOOM_FAILED,
        ],
        "validate_join_token": [
            services.TOKEN_UNKNOWN,
            services.TOKEN_USED,
            services.TOKEN_EXPIRED,
            services.NOT_YOUR_TOKEN,
            NOT_ACTIVE,
            NOT_READY,
            OTHER_NOT_READY,
        ],
    }

    def get_queryset(self) -> OneOnOneSessionQuerySet:  # type: ignore[override]  # a narrower one
        """Return all sessions: somebody else's is a 403, not a 404 (contract O3)."""
        rows: OneOnOneSessionQuerySet = OneOnOneSession.objects.for_list()
        return rows

    def viewer(self, row: OneOnOneSession) -> Viewer:
        return row.viewer(self.person, timezone.now())

    def shown(self, session: OneOnOneSession) -> Response:
        """Return the session as it is after the action."""
        row = self.find(self.get_queryset(), session.pk)
        return self.answer(one_on_one_object(row, user=self.person, now=timezone.now()))

    def do(self, act: Callable[..., None]) -> Response:
        session = self.fetch()
        act(session, by=self.person, now=timezone.now())
        return self.shown(session)

    def list(self, request: Request) -> Response:
        """List your 1-on-1 sessions, newest first."""
        rows = self.filter_queryset(self.get_queryset().of(self.person))
        now = timezone.now()
        return answer_array(
            request,
            rows,
            lambda row: one_on_one_object(row, user=self.person, now=now),
            newest_first=True,
        )

    @action(methods=["post"], detail=False, url_path="create")
    def open(self, request: Request) -> Response:
        """Create a session with a friend."""
        session = services.create(by=self.person, now=timezone.now(), **self.read())
        return self.shown(session)

    def retrieve(self, request: Request, pk: int) -> Response:
        """Show a 1-on-1 session."""
        return self.answer(one_on_one_object(self.fetch(), user=self.person, now=timezone.now()))

    @action(methods=["post"], detail=True)
    def start(self, request: Request, pk: int) -> Response:
        """Start a session.

        Creates the Zoom meeting and sends its link to the other person as a chat message. If Zoom
        fails, nothing changes and you can try again. It takes no `Idempotency-Key`: if you repeat a
        start that has succeeded, the answer is `already_started`.
        """
        return self.do(services.start)

    @action(methods=["post"], detail=True)
    def ready(self, request: Request, pk: int) -> Response:
        """Mark yourself as ready. Repeating it changes nothing."""
        return self.do(services.mark_ready)

    @action(methods=["post"], detail=True, url_path="join-token")
    def join_token(self, request: Request, pk: int) -> Response:
        """Get a token for joining.

        A token works once and expires after an hour. The person who started the session gets one
        when the other person is ready; the other person gets one when they are ready themselves.
        """
        issued = services.issue(self.fetch(), by=self.person, now=timezone.now())
        return self.answer(join_token_object(issued.text, issued.row))

    @action(methods=["post"], detail=False, url_path="join-token/validate")
    def validate_join_token(self, request: Request) -> Response:
        """Use up a join token, and get the meeting's address."""
        now = timezone.now()
        session = services.redeem(self.read()["token"], by=self.person, now=now)
        return self.answer(meeting_object(session, user=self.person, now=now))

    @action(methods=["post"], detail=True)
    def leave(self, request: Request, pk: int) -> Response:
        """Record that you left the meeting. You can join it again."""
        return self.do(services.leave)

    @action(methods=["post"], detail=True)
    def end(self, request: Request, pk: int) -> Response:
        """End a session, and its meeting."""
        return self.do(services.end)

    @action(methods=["post"], detail=True)
    def cancel(self, request: Request, pk: int) -> Response:
        """Cancel a session, and end its meeting if there is one."""
        return self.do(services.cancel)

    @action(detail=True, url_path="audit-logs", filterset_class=None)
    def audit_logs(self, request: Request, pk: int) -> Response:
        """List the audit log of a session, oldest entry first."""
        session = self.fetch()
        build = partial(audit_entry_object, session=session, user=self.person)
        return answer_array(request, session.audit_entries.for_list(), build)
