"""`/api/notifications/`"""

from __future__ import annotations

from rest_framework.request import Request
from rest_framework.response import Response

from core.api.operations import Answer, operation
from core.api.pagination import answer_array
from core.api.views import ActionViewSet
from notifications import reads, services
from notifications.filters import NotificationFilter
from notifications.models import Notification
from notifications.querysets import NotificationQuerySet
from notifications.representations import (
    CountObject,
    NotificationObject,
    UpdatedObject,
    notification_object,
)


class NotificationViewSet(ActionViewSet):
    tag = "Notifications"
    queryset = Notification.objects.none()  # names the model for the API's description

    def get_queryset(self) -> NotificationQuerySet:  # type: ignore[override]  # a narrower one
        rows: NotificationQuerySet = Notification.objects.all()
        return rows.of(self.person)

    @operation(
        answer=Answer(NotificationObject, listed="array", newest_first=True),
        filters=NotificationFilter,
    )
    def list(self, request: Request) -> Response:
        """List your notifications, newest first.

        If a session is rescheduled several times within a minute, or also cancelled or deleted,
        there is one notification about the last change: it keeps its `id` and `created_at`, is
        unread again, and is pushed again. Clients should replace the one with the same id.
        """
        rows = reads.own(self.read_filters(), by=self.person)
        return answer_array(request, rows, notification_object, newest_first=True)

    @operation(answer=Answer(NotificationObject))
    def retrieve(self, request: Request, pk: int) -> Response:
        """Show one of your notifications."""
        return self.answer(notification_object(self.fetch()))

    @operation("post", "mark_as_read", detail=True, answer=Answer(NotificationObject))
    def mark_as_read(self, request: Request, pk: int) -> Response:
        """Mark a notification as read.

        Repeating it changes nothing.
        """
        return self.answer(notification_object(services.mark_as_read(self.fetch())))

    @operation("post", "mark_all_as_read", detail=False, answer=Answer(UpdatedObject))
    def mark_all_as_read(self, request: Request) -> Response:
        """Mark all your notifications as read."""
        return self.answer({"updated": services.mark_all_as_read(by=self.person)})

    @operation("get", "unread_count", detail=False, answer=Answer(CountObject))
    def unread_count(self, request: Request) -> Response:
        """Count your unread notifications."""
        return self.answer({"count": self.get_queryset().unread().count()})
