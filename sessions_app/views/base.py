"""What every view of sessions starts from."""

from __future__ import annotations

from django.utils import timezone
from rest_framework.response import Response

from core.pagination import Page
from core.views import ActionViewSet
from sessions_app.models import Session
from sessions_app.querysets import SessionQuerySet
from sessions_app.representations import (
    SessionDetailObject,
    session_detail_object,
    session_list_object,
)
from sessions_app.states import ACTIONS, Viewer


class SessionViews(ActionViewSet):
    """Reads sessions as the one who asks may see them, and answers with them."""

    tag = "Sessions"
    table = ACTIONS
    queryset = Session.objects.none()  # names the model for the API's description
    pagination_class = Page

    def get_queryset(self) -> SessionQuerySet:  # type: ignore[override]  # a narrower one
        rows: SessionQuerySet = Session.objects.all()
        return rows.visible_to(self.person).seen_by(self.person)

    def viewer(self, row: Session) -> Viewer:
        return row.viewer(self.person, timezone.now())

    def shown(self, pk: int) -> SessionDetailObject:
        """The session read again, as it is after what was done."""
        user = self.person
        return self.in_detail(self.find(Session.objects.seen_by(user).for_detail(user), pk))

    def in_detail(self, session: Session) -> SessionDetailObject:
        """A session that was read with `for_detail`."""
        link = self.request.build_absolute_uri
        return session_detail_object(session, user=self.person, now=timezone.now(), link=link)

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
