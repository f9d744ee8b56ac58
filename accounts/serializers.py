"""Request bodies of the account endpoints."""

from __future__ import annotations

from accounts.models import Role, username_validator
from core.api.fields import (
    EmailField,
    FlagField,
    Input,
    OptionField,
    PasswordField,
    TextField,
    TimezoneField,
)


class RegisterInput(Input):
    username = TextField(max_length=150, validators=[username_validator])
    email = EmailField(max_length=254)
    password = PasswordField()
    first_name = TextField(max_length=150, required=False, allow_blank=True)
    last_name = TextField(max_length=150, required=False, allow_blank=True)
    role = OptionField(choices=Role.choices, default=Role.STUDENT)


class SignInInput(Input):
    username = TextField(max_length=254, help_text="The username or the e-mail address.")
    password = PasswordField()


class RefreshInput(Input):
    refresh = TextField(max_length=4096)


class TokenInput(Input):
    token = TextField(max_length=4096)


class ProfileInput(Input):
    first_name = TextField(max_length=150, required=False, allow_blank=True)
    last_name = TextField(max_length=150, required=False, allow_blank=True)
    email = EmailField(max_length=254, required=False)
    password = PasswordField(required=False, help_text="Needed only to change `email`.")
    timezone = TimezoneField(required=False, help_text="An IANA name. Mails use this time zone.")
    email_notifications = FlagField(
        required=False, help_text="Also mail reminders, decisions on requests and cancellations."
    )


class PasswordChangeInput(Input):
    old_password = PasswordField()
    new_password = PasswordField()


class ResetInput(Input):
    # Any text: the answer is the same if it is not an address.
    email = TextField(max_length=254)


class EmailConfirmInput(Input):
    uid = TextField(max_length=64)
    token = TextField(max_length=256)


class ResetConfirmInput(Input):
    uid = TextField(max_length=64)
    token = TextField(max_length=256)
    new_password = PasswordField()
