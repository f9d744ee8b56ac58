"""A person with an account."""

from __future__ import annotations

from contextlib import suppress
from typing import ClassVar

from django.conf import settings
from django.contrib.auth.hashers import check_password, make_password
from django.contrib.auth.models import AbstractUser
from django.core.exceptions import ValidationError
from django.core.validators import RegexValidator
from django.db import models
from django.db.models.functions import Upper
from django.utils.crypto import salted_hmac

from accounts.querysets import UserManager
from core.dates import check_zone
from core.errors import APIError


class Role(models.TextChoices):
    STUDENT = "student"
    INSTRUCTOR = "instructor"


# ASCII, so that every database ignores case in the same way; no "@", so that a username can't be
# mistaken for an e-mail address at sign-in.
username_validator = RegexValidator(
    r"\A[A-Za-z0-9._+-]+\Z",
    "A username has letters from a to z, digits and . _ + - only.",
)


def validate_address(email: str) -> None:
    """Allow ASCII only, for the same reason. For forms: the API's field has its own check."""
    if not email.isascii():
        raise ValidationError("Enter a valid e-mail address.")


def validate_zone(name: str) -> None:
    try:
        check_zone(name)
    except ValueError as error:
        raise ValidationError(str(error)) from None


def stamp_of(password: str, generation: int) -> str:
    """Return a digest of a password hash and a token generation."""
    value = f"{password}:{generation}"
    return salted_hmac("accounts.token_stamp", value, algorithm="sha256").hexdigest()[:32]


class User(AbstractUser):
    """A person with an account. Deactivated but never deleted: other records refer to them."""

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
    email_confirmed = models.BooleanField(
        default=False,
        db_default=True,  # older accounts count as confirmed
        editable=False,
        help_text="The owner of the address has followed a link that was mailed there.",
    )
    mails_refused = models.BooleanField(
        default=False,
        db_default=False,
        editable=False,
        help_text="Mails were turned off by the link in one of them: only a link turns them on.",
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

    kept_stamp = models.CharField(
        max_length=65,
        blank=True,
        default="",
        db_default="",
        editable=False,
        help_text="The stamp of the renewed password hash, and the stamp that tokens keep.",
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
        """The stamp in every token of this person. A new password or generation changes it, which
        revokes all earlier tokens. A renewed hash of the same password doesn't change it."""
        stamp = stamp_of(self.password, self.token_generation)
        renewed, _, kept = self.kept_stamp.partition(":")
        return kept if renewed == stamp else stamp

    @property
    def mails_confirmed(self) -> bool:
        """Whether mails about sessions may be sent to the address if the person wants them."""
        confirmed: bool = self.email_confirmed and not self.mails_refused
        return confirmed or not settings.EMAIL_CONFIRMATION

    def check_password(self, raw_password: str | None) -> bool:
        """Whether this is the person's password. If it is, an outdated hash is renewed."""
        return check_password(raw_password, self.password, self.renew_hash)

    def renew_hash(self, raw_password: str) -> None:
        """Hash the same password anew, unless it was changed or its tokens were revoked in the
        meantime. If the hashing threads are busy, the next sign-in does it."""
        with suppress(APIError):
            renewed = make_password(raw_password)
            kept = f"{stamp_of(renewed, self.token_generation)}:{self.token_stamp}"
            row = User.objects.filter(
                pk=self.pk, password=self.password, token_generation=self.token_generation
            )
            if row.update(password=renewed, kept_stamp=kept):
                self.password, self.kept_stamp = renewed, kept

    def set_password(self, raw_password: str | None) -> None:
        """Also cancel a pending e-mail change: a person who knew the old password may have
        requested it."""
        super().set_password(raw_password)
        self.pending_email = ""

    def get_session_auth_hash(self) -> str:
        """The stamp in admin sessions, so that they are revoked together with the tokens."""
        return self.token_stamp
