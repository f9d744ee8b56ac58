"""The base of every view of sessions."""

from __future__ import annotations

from typing import Any

from django.http import Http404
from django.utils import timezone
from rest_framework.response import Response

from core.api.listings import PagedList
from core.api.pagination import Page
from core.api.views import ActionViewSet
from sessions_app import reads
from sessions_app.models import Session
from sessions_app.representations import (
    SessionDetailObject,
    session_detail_object,
    session_list_object,
)
from sessions_app.rows import SessionDetail
from sessions_app.states import ACTIONS, Viewer


class SessionViews(ActionViewSet):
    """Reads the sessions that are visible to the user, and answers with them."""

    tag = "Sessions"
    table = ACTIONS
    queryset = Session.objects.none()  # names the model for the API's description
    pagination_class = Page

    def viewer(self, row: Session) -> Viewer:
        return row.viewer(self.person, timezone.now())

    def find(self) -> Any:
        return self.find_session(self.kwargs["pk"])

    def find_session(self, pk: int) -> Session:
        """Return a session.

        Raises:
            Http404: there is none that this person may see.
        """
        session = reads.session(pk, by=self.person)
        if session is None:
            raise Http404
        return session

    def shown(self, pk: int) -> SessionDetailObject:
        """Return the session as JSON, read again.

        Raises:
            Http404: there is none that this person may see.
        """
        detail = reads.detail(pk, by=self.person)
        if detail is None:
            raise Http404
        return self.in_detail(detail)

    def in_detail(self, detail: SessionDetail) -> SessionDetailObject:
        link = self.request.build_absolute_uri
        return session_detail_object(detail, user=self.person, now=timezone.now(), link=link)

    def done(self, message: str, session: Session) -> Response:
        return self.answer({"message": message, "session": self.shown(session.pk)})

    def page(self, rows: PagedList) -> Response:
        now, user = timezone.now(), self.person
        return self.get_paginated_response(
            [session_list_object(row, user=user, now=now) for row in self.paginate(rows)]
        )
