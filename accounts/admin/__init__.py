"""People and staff groups in the admin, and the admin's sign-in form."""

from typing import Any

from django.contrib import admin
from django.contrib.auth.views import PasswordChangeView
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.urls import reverse

from accounts.admin.groups import StaffGroupAdmin
from accounts.admin.people import PersonAdmin
from accounts.forms import LimitedSignInForm, OwnPasswordForm


def password_change(
    request: HttpRequest, extra_context: dict[str, Any] | None = None
) -> HttpResponseBase:
    """Django's page with our form: the admin site has no setting for the form."""
    site = admin.site
    return PasswordChangeView.as_view(
        form_class=OwnPasswordForm,
        success_url=reverse("admin:password_change_done"),
        extra_context=site.each_context(request) | (extra_context or {}),
    )(request)


admin.site.login_form = LimitedSignInForm
admin.site.password_change = password_change  # type: ignore[assignment, method-assign]

__all__ = ["MailAdmin", "PersonAdmin", "StaffGroupAdmin"]
