"""`/api/sessions/my_sessions/` and similar: lists of the user's own sessions."""

from __future__ import annotations

from django.http import QueryDict
from django.utils import timezone
from rest_framework.request import Request
from rest_framework.response import Response

from core.api.listings import PagedList
from core.api.operations import Answer, operation
from core.api.pagination import HundredPage
from sessions_app import reads
from sessions_app.filters import SessionFilter
from sessions_app.representations import (
    SessionDetailObject,
    SessionListObject,
    session_list_object,
)
from sessions_app.views.base import SessionViews

NO_FILTERS = SessionFilter.parse(QueryDict())


class MySessionsViewSet(SessionViews):
    @operation(
        "get",
        "my_sessions",
        detail=False,
        answer=Answer(
            SessionListObject,
            listed="page",
            also={"created": list[SessionDetailObject], "joined": list[SessionDetailObject]},
        ),
        pagination_class=HundredPage,
    )
    def my_sessions(self, request: Request) -> Response:
        """Show the sessions that you created or joined.

        A page (of 100 by default), latest date first: as list objects in `results`, and again as
        detail objects in `created` and `joined`.
        """
        user, now = self.person, timezone.now()
        rows = self.paginate(self.mine("of"))
        page = self.get_paginated_response(
            [session_list_object(session, user=user, now=now) for session in rows]
        )
        details = [self.in_detail(detail) for detail in reads.details(rows, by=user)]
        page.data["created"] = [each for each in details if each["viewer_role"] == "creator"]
        page.data["joined"] = [each for each in details if each["viewer_role"] != "creator"]
        return page

    @operation(
        "get", "created_sessions", detail=False, answer=Answer(SessionListObject, listed="page")
    )
    def created_sessions(self, request: Request) -> Response:
        """List the sessions that you created."""
        return self.page(self.mine("created_by"))

    @operation(
        "get", "joined_sessions", detail=False, answer=Answer(SessionListObject, listed="page")
    )
    def joined_sessions(self, request: Request) -> Response:
        """List the sessions in which you are a participant."""
        return self.page(self.mine("joined_by"))

    @operation(
        "get", "requested_sessions", detail=False, answer=Answer(SessionListObject, listed="page")
    )
    def requested_sessions(self, request: Request) -> Response:
        """List the sessions for which you have a pending request."""
        return self.page(self.mine("requested_by"))

    def mine(self, whose: reads.Whose) -> PagedList:
        return reads.listing(NO_FILTERS, by=self.person, whose=whose)
