"""People and their mails in the admin."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.contrib.auth.admin import UserAdmin
from django.http import HttpRequest

from accounts import services
from accounts.forms import LimitedSignInForm, NewPasswordForm, NewPersonForm, UserChangeForm
from accounts.models import Mail, User
from core.admin import ReadOnlyAdmin, StaffAdmin

admin.site.login_form = LimitedSignInForm


@admin.register(User)
class PersonAdmin(UserAdmin, StaffAdmin):
    """Search, roles, passwords; a person is deactivated, never deleted."""

    form = UserChangeForm
    add_form = NewPersonForm
    change_password_form = NewPasswordForm
    list_display = ("username", "email", "first_name", "last_name", "role", "is_active", "is_staff")
    list_filter = ("role", "is_active", "is_staff", "is_superuser")
    readonly_fields = ("last_login", "date_joined")
    fieldsets = (
        (None, {"fields": ("username", "password")}),
        ("Person", {"fields": ("first_name", "last_name", "email", "role")}),
        ("Mails", {"fields": ("timezone", "email_notifications")}),
        (
            "Permissions",
            {"fields": ("is_active", "is_staff", "is_superuser", "groups", "user_permissions")},
        ),
        ("Dates", {"fields": ("last_login", "date_joined")}),
    )
    add_fieldsets = (
        (
            None,
            {
                "classes": ("wide",),
                "fields": (
                    "username",
                    "email",
                    "role",
                    "usable_password",
                    "password1",
                    "password2",
                ),
            },
        ),
    )

    def save_model(self, request: HttpRequest, obj: User, form: Any, change: bool) -> None:
        if not change:
            return super().save_model(request, obj, form, change)
        # Only what was changed: the whole row would undo a password or a sign-out of that moment.
        columns = {column.name for column in obj._meta.concrete_fields}
        obj.save(update_fields=columns.intersection(form.changed_data))
        if "is_active" in form.changed_data and not obj.is_active:
            services.deactivate(obj)
        return None

    def has_delete_permission(self, request: HttpRequest, obj: User | None = None) -> bool:
        return False


@admin.register(Mail)
class MailAdmin(ReadOnlyAdmin):
    """What waits, was sent or was given up (neither sent nor to be tried again)."""

    list_display = ("subject", "user", "kind", "created_at", "sent_at", "attempts", "next_try_at")
    list_filter = ("kind",)
    list_select_related = ("user",)
    search_fields = ("subject", "address", "user__username", "user__email")
    date_hierarchy = "created_at"
