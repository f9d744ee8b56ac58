"""The queue of outgoing mails."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.utils import timezone

from core.db.retries import Retry
from mail.querysets import MailQuerySet


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
    # By string: people are in an app above this one.
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, null=True, related_name="mails"
    )
    address = models.CharField(
        max_length=254,
        blank=True,
        default="",
        help_text="The address typed to request a new password, which may be nobody's; or the new "
        "or the old address of a person who changes theirs.",
    )
    subject = models.CharField(max_length=255)
    message = models.TextField(blank=True, default="")
    # By string, for the same reason.
    session = models.ForeignKey(
        "sessions_app.Session", on_delete=models.SET_NULL, null=True, related_name="+"
    )
    expires_at = models.DateTimeField(null=True, help_text="It isn't sent after this time.")
    created_at = models.DateTimeField(default=timezone.now, db_index=True)
    sent_at = models.DateTimeField(null=True)
    # Nullable: the database doesn't compare NULLs, so only keys must be unique.
    dedupe_key = models.CharField(  # noqa: DJ001
        max_length=120,
        unique=True,
        null=True,
        editable=False,
        help_text="The key of the notification that it is about.",
    )

    objects = MailQuerySet.as_manager()

    class Meta:
        db_table = "accounts_mail"  # from when mails belonged to the accounts
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
