"""The queue of outgoing mails."""

from __future__ import annotations

from django.db import models
from django.utils import timezone

from accounts.models.people import User
from accounts.querysets import MailQuerySet
from core.db.retries import Retry


class Mail(Retry):
    """A mail that is waiting or was sent. Whether the person still wants it, and the links in it,
    are determined when it is sent; a row contains no secrets."""

    MAX_ATTEMPTS = 6

    class Kind(models.TextChoices):
        NOTIFICATION = "notification"
        REMINDER = "reminder"
        PASSWORD_RESET = "password_reset"  # noqa: S105  # nosec B105  # a kind of mail
        EMAIL_CHANGE = "email_change"
        EMAIL_NOTICE = "email_notice"
        EMAIL_CONFIRMATION = "email_confirmation"

    kind = models.CharField(max_length=20, choices=Kind.choices)
    user = models.ForeignKey(User, on_delete=models.CASCADE, null=True, related_name="mails")
    address = models.CharField(
        max_length=254,
        blank=True,
        default="",
        help_text="What somebody typed who asked for a new password, where there may be no such "
        "person; the new address, or the old one, of somebody who changes theirs.",
    )
    subject = models.CharField(max_length=255)
    message = models.TextField(blank=True, default="")
    session = models.ForeignKey(
        "sessions_app.Session", on_delete=models.SET_NULL, null=True, related_name="+"
    )
    expires_at = models.DateTimeField(null=True, help_text="It isn't sent any more after that.")
    created_at = models.DateTimeField(default=timezone.now, db_index=True)
    sent_at = models.DateTimeField(null=True)
    # Nullable: the database doesn't compare NULLs, so only keys must be unique.
    dedupe_key = models.CharField(  # noqa: DJ001
        max_length=120,
        unique=True,
        null=True,
        editable=False,
        help_text="The key of the notification that it tells of.",
    )

    objects = MailQuerySet.as_manager()

    class Meta:
        ordering = ("-id",)
        indexes = [
            models.Index(
                fields=["created_at"],
                condition=models.Q(sent_at=None, next_try_at=None),
                name="mail_given_up",
            )
        ]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(
                    kind__in=[
                        "notification",
                        "reminder",
                        "password_reset",
                        "email_change",
                        "email_notice",
                        "email_confirmation",
                    ]
                ),
                name="mail_kind_is_known",
            )
        ]

    def __str__(self) -> str:
        return self.subject
