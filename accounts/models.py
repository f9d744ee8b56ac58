"""A person, what they asked for with a key, the refresh tokens that are spent, and the mails that
are to be sent."""

from __future__ import annotations

from typing import ClassVar

from django.contrib.auth.models import AbstractUser
from django.core.exceptions import ValidationError
from django.core.validators import RegexValidator
from django.db import models
from django.db.models.functions import Upper
from django.utils import timezone
from django.utils.crypto import salted_hmac

from accounts.querysets import MailQuerySet, UserManager
from core.dates import check_zone
from core.idempotency import KeyedRequest
from core.retries import Retry


class Role(models.TextChoices):
    STUDENT = "student"
    INSTRUCTOR = "instructor"


# ASCII, so that every database folds its case alike; no "@", so that a user name and an e-mail
# address can't be mistaken for each other when somebody signs in.
username_validator = RegexValidator(
    r"\A[A-Za-z0-9._+-]+\Z",
    "A username has letters from a to z, digits and . _ + - only.",
)


def validate_address(email: str) -> None:
    """ASCII, for the same reason. Asked by forms; the API's field does it by itself."""
    if not email.isascii():
        raise ValidationError("Enter a valid e-mail address.")


def validate_zone(name: str) -> None:
    try:
        check_zone(name)
    except ValueError as error:
        raise ValidationError(str(error)) from None


class User(AbstractUser):
    """Somebody with an account. Never deleted, only deactivated: others' records name them."""

    username = models.CharField(max_length=150, unique=True, validators=[username_validator])
    email = models.EmailField(validators=[validate_address])
    role = models.CharField(max_length=20, choices=Role.choices, default=Role.STUDENT)
    timezone = models.CharField(
        max_length=64,
        default="UTC",
        validators=[validate_zone],
        help_text="IANA name of the zone this person's mails use.",
    )
    email_notifications = models.BooleanField(
        default=False, help_text="Mails about sessions: reminders, decisions, cancellations."
    )
    pending_email = models.CharField(
        max_length=254,
        blank=True,
        default="",
        db_default="",
        editable=False,
        help_text="The address that is to take the place of `email`, once its owner confirms it.",
    )
    token_generation = models.PositiveIntegerField(
        default=0, editable=False, help_text="Raised to sign the person out everywhere."
    )

    erased_at = models.DateTimeField(
        null=True,
        editable=False,
        help_text="When all that said who this is was taken out, for good.",
    )

    objects: ClassVar[UserManager] = UserManager()  # type: ignore[assignment]  # made by a mixin

    class Meta:
        verbose_name = "person"
        verbose_name_plural = "people"
        indexes = [models.Index(fields=["date_joined", "role"], name="user_joined")]
        constraints = [
            models.UniqueConstraint(
                Upper("username"),
                name="username_unique_without_case",
                violation_error_message="This username is taken.",
            ),
            models.UniqueConstraint(
                Upper("email"),
                name="email_unique_without_case",
                violation_error_message="This e-mail address is taken.",
            ),
            models.CheckConstraint(
                condition=models.Q(role__in=Role.values), name="user_role_is_known"
            ),
        ]

    @property
    def token_stamp(self) -> str:
        """What every token of this person carries: a new password or generation changes it, and
        so ends all tokens issued before."""
        value = f"{self.password}:{self.token_generation}"
        return salted_hmac("accounts.token_stamp", value, algorithm="sha256").hexdigest()[:32]

    def set_password(self, raw_password: str | None) -> None:
        """A new address is no longer waited for: whoever had the old one may have asked for it."""
        super().set_password(raw_password)
        self.pending_email = ""

    def get_session_auth_hash(self) -> str:
        """What a sign-in in the admin carries: it ends with the tokens."""
        return self.token_stamp


class RevokedToken(models.Model):
    """A refresh token that was signed out, or was used up by rotation.

    Our own instead of simplejwt's blacklist: that one stores every token whole, and can't tell
    a signed-out token from a used one, which is a theft when it comes again.
    """

    class Reason(models.TextChoices):
        SIGNED_OUT = "signed_out"
        ROTATED = "rotated"

    jti = models.CharField(max_length=64, primary_key=True)
    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="revoked_tokens")
    reason = models.CharField(max_length=20, choices=Reason.choices)
    expires_at = models.DateTimeField(db_index=True)

    def __str__(self) -> str:
        return f"{self.reason} {self.jti}"


class IdempotencyKey(KeyedRequest):
    """A request of a person's with an `Idempotency-Key`, which is done once."""

    person = models.ForeignKey(User, on_delete=models.CASCADE, related_name="idempotency_keys")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["person", "key"], name="idempotency_key_unique_for_person"
            )
        ]

    def __str__(self) -> str:
        return self.key


class Mail(Retry):
    """A mail that is to be sent, or was. To whom it goes, and whether they still want it, is read
    when it is sent; nothing secret is in a row."""

    MAX_ATTEMPTS = 6

    class Kind(models.TextChoices):
        NOTIFICATION = "notification"
        REMINDER = "reminder"
        PASSWORD_RESET = "password_reset"  # noqa: S105  # nosec B105  # a kind of mail
        EMAIL_CHANGE = "email_change"
        EMAIL_NOTICE = "email_notice"

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
    # Nullable: NULLs are not compared, so that only keys must be unique.
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
                    ]
                ),
                name="mail_kind_is_known",
            )
        ]

    def __str__(self) -> str:
        return self.subject
