"""The admin's forms for people: signing in, adding a person, setting a password."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from django.core.exceptions import ValidationError
from django.utils import timezone

from accounts import services
from accounts.models import User
from core.api.throttling import address_of, wait_for
from core.errors import APIError
from core.push import recheck_on_commit

if TYPE_CHECKING:  # unfold has no types; its forms differ in their looks only
    from django.contrib.admin.forms import AdminAuthenticationForm as AuthenticationForm
    from django.contrib.admin.forms import AdminPasswordChangeForm as AdminOwnPasswordChangeForm
    from django.contrib.auth.forms import AdminPasswordChangeForm, UserChangeForm
    from django.contrib.auth.forms import AdminUserCreationForm as UserCreationForm
else:
    from unfold.forms import (
        AdminOwnPasswordChangeForm,
        AdminPasswordChangeForm,
        AuthenticationForm,
        UserChangeForm,
        UserCreationForm,
    )

__all__ = [
    "LimitedSignInForm",
    "NewPasswordForm",
    "NewPersonForm",
    "OwnPasswordForm",
    "UserChangeForm",
]


def let_in(*waits: int | None) -> None:
    """Raise a form error if any of the limits says to wait (in seconds)."""
    wait = max(filter(None, waits), default=None)
    if wait is not None:
        raise ValidationError(f"Too many attempts: try again in {wait} seconds.")


@contextmanager
def hashing_in_forms() -> Iterator[None]:
    """Turn the API error of a password check that waited too long into a form error."""
    try:
        yield
    except APIError as refusal:
        raise ValidationError(refusal.sentence) from None


class NewPersonForm(UserCreationForm):
    class Meta:
        model = User
        fields = ("username", "email", "role")


class NewPasswordForm(AdminPasswordChangeForm):
    """A new password set by staff. It closes the connections made with the old one."""

    def save(self, commit: bool = True) -> User:
        user: User = super().save(commit)
        recheck_on_commit(user.pk)
        return user


class OwnPasswordForm(AdminOwnPasswordChangeForm):
    """Staff change their own password. Guesses of the old one are limited, so that a person who
    uses their open browser can't try passwords."""

    def clean_old_password(self) -> str:
        user: User = self.user
        attempts = services.Attempts(f"change:{user.pk}", None, lambda: user.pk)
        let_in(attempts.wait())
        with hashing_in_forms():
            password: str = super().clean_old_password()
        attempts.succeed()
        return password

    def save(self, commit: bool = True) -> User:
        user: User = super().save(commit)
        recheck_on_commit(user.pk)
        return user


class LimitedSignInForm(AuthenticationForm):
    """The admin's sign-in, with the limits of the API: the passwords are the same."""

    def clean(self) -> dict[str, Any]:
        network = address_of(self.request)
        attempts = services.attempts_as(self.cleaned_data.get("username", ""), network)
        let_in(wait_for("sign_in_address", network), attempts.wait())
        with hashing_in_forms():
            cleaned: dict[str, Any] = super().clean()
        user = self.get_user()
        if isinstance(user, User):  # else a field was left empty
            attempts.succeed()
            services.remember_network(user, network, now=timezone.now())
        return cleaned
