"""`/v1/sessions/`: 1-on-1 sessions, from creating one to the end of its meeting."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from django.shortcuts import get_object_or_404
from django.utils import timezone
from rest_framework.request import Request
from rest_framework.response import Response

from core.api.operations import Answer, operation
from core.api.pagination import answer_array
from core.api.views import ActionViewSet
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

START_ERRORS = [
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
]
TOKEN_ERRORS = [
    services.TOKEN_UNKNOWN,
    services.TOKEN_USED,
    services.TOKEN_EXPIRED,
    services.NOT_YOUR_TOKEN,
    NOT_ACTIVE,
    NOT_READY,
    OTHER_NOT_READY,
]


class OneOnOneViewSet(ActionViewSet):
    tag = "1-on-1 sessions"
    table = ACTIONS
    queryset = OneOnOneSession.objects.none()  # names the model for the API's description

    def get_queryset(self) -> OneOnOneSessionQuerySet:  # type: ignore[override]  # a narrower one
        """Return all sessions: somebody else's is a 403, not a 404 (contract O3)."""
        rows: OneOnOneSessionQuerySet = OneOnOneSession.objects.for_list()
        return rows

    def viewer(self, row: OneOnOneSession) -> Viewer:
        return row.viewer(self.person, timezone.now())

    def shown(self, session: OneOnOneSession) -> Response:
        """Return the session as it is after the action."""
        row = get_object_or_404(self.get_queryset(), pk=session.pk)
        return self.answer(one_on_one_object(row, user=self.person, now=timezone.now()))

    def do(self, act: Callable[..., None]) -> Response:
        session = self.fetch()
        act(session, by=self.person, now=timezone.now())
        return self.shown(session)

    @operation(
        answer=Answer(OneOnOneObject, listed="array", newest_first=True), filters=OneOnOneFilter
    )
    def list(self, request: Request) -> Response:
        """List your 1-on-1 sessions, newest first."""
        rows = self.read_filters().filter(self.get_queryset().of(self.person))
        now = timezone.now()
        return answer_array(
            request,
            rows,
            lambda row: one_on_one_object(row, user=self.person, now=now),
            newest_first=True,
        )

    @operation(
        "post",
        "create",
        detail=False,
        input=serializers.OneOnOneInput,
        answer=Answer(OneOnOneObject, 201),
        errors=[services.NO_SUCH_PERSON, ONESELF, NOT_FRIENDS],
        limit="one_on_one",
    )
    def open(self, request: Request) -> Response:
        """Create a session with a friend."""
        session = services.create(by=self.person, now=timezone.now(), **self.read())
        return self.shown(session)

    @operation(action="look", answer=Answer(OneOnOneObject))
    def retrieve(self, request: Request, pk: int) -> Response:
        """Show a 1-on-1 session."""
        return self.answer(one_on_one_object(self.fetch(), user=self.person, now=timezone.now()))

    @operation(
        "post",
        "start",
        detail=True,
        answer=Answer(OneOnOneObject),
        errors=START_ERRORS,
        # A Zoom host can create 100 meetings a day: one person mustn't use up all of them.
        limit="start_meeting",
        takes_key=False,  # several transactions, which refuse repeats by themselves
    )
    def start(self, request: Request, pk: int) -> Response:
        """Start a session.

        Creates the Zoom meeting and sends its link to the other person as a chat message. If Zoom
        fails, nothing changes and you can try again. It takes no `Idempotency-Key`: if you repeat a
        start that has succeeded, the answer is `already_started`.
        """
        return self.do(services.start)

    @operation("post", "ready", detail=True, answer=Answer(OneOnOneObject))
    def ready(self, request: Request, pk: int) -> Response:
        """Mark yourself as ready. Repeating it changes nothing."""
        return self.do(services.mark_ready)

    @operation(
        "post",
        "join-token",
        detail=True,
        answer=Answer(JoinTokenObject, 201),
        limit="join_token",
        takes_key=False,  # the answer is a secret
    )
    def join_token(self, request: Request, pk: int) -> Response:
        """Get a token for joining.

        A token works once and expires after an hour. The person who started the session gets one
        when the other person is ready; the other person gets one when they are ready themselves.
        """
        issued = services.issue(self.fetch(), by=self.person, now=timezone.now())
        return self.answer(join_token_object(issued.text, issued.row))

    @operation(
        "post",
        "join-token/validate",
        detail=False,
        input=serializers.JoinTokenInput,
        answer=Answer(MeetingObject),
        errors=TOKEN_ERRORS,
        limit="join_token",
        takes_key=False,  # as above
    )
    def validate_join_token(self, request: Request) -> Response:
        """Use up a join token, and get the meeting's address."""
        now = timezone.now()
        session = services.redeem(self.read()["token"], by=self.person, now=now)
        return self.answer(meeting_object(session, user=self.person, now=now))

    @operation("post", "leave", detail=True, answer=Answer(OneOnOneObject), limit="leave_meeting")
    def leave(self, request: Request, pk: int) -> Response:
        """Record that you left the meeting. You can join it again."""
        return self.do(services.leave)

    @operation("post", "end", detail=True, answer=Answer(OneOnOneObject))
    def end(self, request: Request, pk: int) -> Response:
        """End a session, and its meeting."""
        return self.do(services.end)

    @operation("post", "cancel", detail=True, answer=Answer(OneOnOneObject))
    def cancel(self, request: Request, pk: int) -> Response:
        """Cancel a session, and end its meeting if there is one."""
        return self.do(services.cancel)

    @operation(
        "get",
        "audit-logs",
        detail=True,
        action="look",
        answer=Answer(AuditEntryObject, listed="array"),
    )
    def audit_logs(self, request: Request, pk: int) -> Response:
        """List the audit log of a session, oldest entry first."""
        session = self.fetch()
        build = partial(audit_entry_object, session=session, user=self.person)
        return answer_array(request, session.audit_entries.for_list(), build)
