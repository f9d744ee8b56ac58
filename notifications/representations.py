"""Notifications as JSON."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, TypedDict

from core.push import Frame
from notifications.events import Type
from notifications.models import Notification
from notifications.reads import NotificationRow


class NotificationObject(TypedDict):
    """A notification for one person."""

    id: int
    user: Annotated[int, "The id of the person notified."]
    title: str
    message: str
    type: Annotated[str, Type]
    session: Annotated[int | None, "The id of the session; null if it has none or it was deleted."]
    read: bool
    created_at: datetime


class UpdatedObject(TypedDict):
    """The number of rows changed."""

    updated: int


class CountObject(TypedDict):
    """A number of items."""

    count: int


def notification_object(notification: Notification | NotificationRow) -> NotificationObject:
    return {
        "id": notification.pk,
        "user": notification.user_id,
        "title": notification.title,
        "message": notification.message,
        "type": notification.type,
        "session": notification.session_id,
        "read": notification.read,
        "created_at": notification.created_at,
    }


def notification_frame(notification: Notification) -> Frame:
    """Return the frame that is sent to sockets (contract N5)."""
    return {"type": "notification", "data": notification_object(notification)}
