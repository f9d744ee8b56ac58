"""People in the admin."""

from __future__ import annotations

from functools import partial
from typing import Any

from django import forms
from django.contrib import admin
from django.contrib.auth.admin import UserAdmin
from django.core.exceptions import ValidationError
from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse

from accounts import services, staff_acts
from accounts.forms import NewPasswordForm, NewPersonForm, UserChangeForm
from accounts.models import User
from core.admin import DateRangeFilter, ReasonForm, StaffAdmin
from core.admin.people_search import of_people
from core.admin.unfold_classes import BooleanRadioFilter, ChoicesDropdownFilter, UnfoldBooleanWidget

MAX_CLEARED = 10


class DeactivationForm(ReasonForm):
    """The reason for a deactivation, and whether to clear the people's sessions and requests."""

    clear = forms.BooleanField(
        label="Also cancel the sessions they offer, free their places, withdraw their requests and "
        "stop their 1-on-1 sessions",
        help_text="The people in their sessions are then notified of the reason.",
        required=False,
        widget=UnfoldBooleanWidget,
    )

    def __init__(self, *args: Any, people: int, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.people = people
        self.fields["reason"].label = "Reason, for the log"

    def clean_clear(self) -> bool:
        """Each may have hundreds of sessions, and all are cleared within one request."""
        clear: bool = self.cleaned_data["clear"]
        if clear and self.people > MAX_CLEARED:
            raise ValidationError(f"At most {MAX_CLEARED} people at once.")
        return clear


@admin.register(User)
class PersonAdmin(UserAdmin, StaffAdmin):
    """Search, roles and passwords. People are deactivated, never deleted."""

    form = UserChangeForm
    add_form = NewPersonForm
    change_password_form = NewPasswordForm
    actions = ("sign_out_selected", "deactivate_selected", "reactivate_selected", "export_csv")
    list_display = ("username", "email", "first_name", "last_name", "role", "is_active", "is_staff")
    list_filter = (
        ("role", ChoicesDropdownFilter),
        ("is_active", BooleanRadioFilter),
        ("is_staff", BooleanRadioFilter),
        ("is_superuser", BooleanRadioFilter),
        ("date_joined", DateRangeFilter),
    )
    extra_lookups = ("date_joined__gte", "date_joined__lt")
    ordering = ("-id",)
    sortable_by = ("username",)
    search_fields = ("username", "first_name", "last_name")
    search_help_text = "An id, parts of the names, or the start of an e-mail address (with its @)."
    filter_horizontal = ("groups", "user_permissions")
    export_fields = {
        "Id": "pk",
        "User name": "username",
        "First name": "first_name",
        "Last name": "last_name",
        "Role": "role",
        "Active": "is_active",
        "Staff": "is_staff",
        "Joined": "date_joined",
        "Last sign-in here": "last_login",
    }
    export_emails = {"E-mail": "email"}
    readonly_fields = ("email_confirmed", "mails_refused", "last_login", "date_joined")
    fieldsets = (
        (None, {"fields": ("username", "password")}),
        ("Person", {"fields": ("first_name", "last_name", "email", "role")}),
        (
            "Mails",
            {"fields": ("timezone", "email_notifications", "email_confirmed", "mails_refused")},
        ),
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

    def find(self, text: str) -> Q:
        return of_people(text, "pk") if "@" in text else super().find(text)

    def save_model(self, request: HttpRequest, obj: User, form: Any, change: bool) -> None:
        if not change:
            return super().save_model(request, obj, form, change)
        # Only the changed columns: saving the whole row would undo a concurrent password change.
        columns = {column.name for column in obj._meta.concrete_fields}
        changed = columns.intersection(form.changed_data)
        if "email" in changed:  # else a waiting mail would confirm the address chosen by the person
            obj.pending_email, obj.email_confirmed = "", False
            changed |= {"pending_email", "email_confirmed"}
        obj.save(update_fields=changed)
        if "is_active" in form.changed_data and not obj.is_active:
            services.deactivate(obj)
        return None

    def has_change_permission(self, request: HttpRequest, obj: User | None = None) -> bool:
        """Protect the accounts of staff and of erased people: otherwise, any staff member who can
        change people could give a superuser a new password or address; and a page opened before
        somebody was erased would save the old names again."""
        allowed: bool = super().has_change_permission(request, obj)
        if obj is None:
            return allowed
        return allowed and obj.erased_at is None and staff_acts.may_touch(obj, by=request.user)

    def has_delete_permission(self, request: HttpRequest, obj: User | None = None) -> bool:
        return False

    def get_readonly_fields(self, request: HttpRequest, obj: User | None = None) -> Any:
        """Only superusers decide who is staff, and nobody can revoke their own rights."""
        fields = list(super().get_readonly_fields(request, obj))
        if not request.user.is_superuser:
            fields += ["is_staff", "is_superuser", "groups", "user_permissions"]
        elif obj == request.user:
            fields += ["is_active", "is_staff", "is_superuser"]
        return fields

    @admin.action(description="Sign out everywhere", permissions=["change"])
    def sign_out_selected(self, request: HttpRequest, queryset: QuerySet[User]) -> None:
        self.act_on_each(request, queryset, staff_acts.sign_out, "signed out")

    @admin.action(description="Deactivate and sign out everywhere", permissions=["change"])
    def deactivate_selected(
        self, request: HttpRequest, queryset: QuerySet[User]
    ) -> HttpResponse | None:
        return self.confirm_with_reason(
            request,
            queryset,
            staff_acts.deactivate,
            "deactivated",
            form=partial(DeactivationForm, people=queryset.count()),
            title="Deactivate these people",
            sentence="They are signed out everywhere and can no longer sign in:",
        )

    @admin.action(description="Reactivate", permissions=["change"])
    def reactivate_selected(self, request: HttpRequest, queryset: QuerySet[User]) -> None:
        self.act_on_each(request, queryset, staff_acts.reactivate, "reactivated")
