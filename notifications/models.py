"""Notifications."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone

from notifications.events import Type
from notifications.querysets import NotificationQuerySet


class Notification(models.Model):
    """A notification for one person."""

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="notifications"
    )
    type = models.CharField(max_length=20, choices=Type.choices)
    event = models.CharField(max_length=40, help_text="A stable code of what happened.")
    title = models.CharField(max_length=255)
    message = models.TextField()
    session = models.ForeignKey(
        "sessions_app.Session", on_delete=models.SET_NULL, null=True, related_name="notifications"
    )
    # No index of its own: the partial one below is created quickly on a table of any size.
    named = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.CASCADE,
        null=True,
        db_index=False,
        related_name="+",
        help_text="Whose name the texts have, so that it can be taken out of them.",
    )
    read = models.BooleanField(default=False)
    created_at = models.DateTimeField(default=timezone.now)
    # Nullable: the database doesn't compare NULLs, so only keys must be unique.
    dedupe_key = models.CharField(  # noqa: DJ001
        max_length=120,
        unique=True,
        null=True,
        editable=False,
        help_text="What must be told once has a key here, and the database sees to it.",
    )

    objects = NotificationQuerySet.as_manager()

    class Meta:
        ordering = ("-id",)
        indexes = [
            models.Index(fields=["user", "-id"], name="notification_newest"),
            models.Index(
                fields=["user", "-id"], condition=Q(read=False), name="notification_unread"
            ),
            models.Index(
                fields=["named"], condition=Q(named__isnull=False), name="notification_naming"
            ),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(type__in=Type.values), name="notification_type_is_known"
            )
        ]

    def __str__(self) -> str:
        return self.title
