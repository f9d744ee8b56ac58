"""The admin's forms for people: signing in, adding somebody, a new password."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.core.exceptions import ValidationError

from accounts import services
from accounts.models import User
from core.push import recheck_on_commit
from core.throttling import address_of, wait_for

if TYPE_CHECKING:  # unfold has no types, and these differ in their looks only
    from django.contrib.admin.forms import AdminAuthenticationForm as AuthenticationForm
    from django.contrib.auth.forms import AdminPasswordChangeForm, UserChangeForm
    from django.contrib.auth.forms import AdminUserCreationForm as UserCreationForm
else:
    from unfold.forms import (
        AdminPasswordChangeForm,
        AuthenticationForm,
        UserChangeForm,
        UserCreationForm,
    )

__all__ = ["LimitedSignInForm", "NewPasswordForm", "NewPersonForm", "UserChangeForm"]


class NewPersonForm(UserCreationForm):
    class Meta:
        model = User
        fields = ("username", "email", "role")


class NewPasswordForm(AdminPasswordChangeForm):
    """Whoever was connected with the old one is so no longer."""

    def save(self, commit: bool = True) -> User:
        user: User = super().save(commit)
        recheck_on_commit(user.pk)
        return user


class LimitedSignInForm(AuthenticationForm):
    """The admin's sign-in, with the limits of the API's: it takes the same passwords."""

    def clean(self) -> dict[str, Any]:
        name = services.limit_key(self.cleaned_data.get("username", ""))
        waits = (
            wait_for("sign_in_address", address_of(self.request)),
            wait_for("sign_in_account", name),
        )
        wait = max(filter(None, waits), default=None)
        if wait is not None:
            raise ValidationError(f"Too many attempts: try again in {wait} seconds.")
        return super().clean()
