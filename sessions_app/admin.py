"""Sessions in the admin: found, corrected within the rules, approved and cancelled. Whatever is
done here goes through the services; a status is never written."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.contrib.admin.helpers import ACTION_CHECKBOX_NAME
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils import timezone

from core.errors import APIError
from sessions_app import limits, services
from sessions_app.models import BookingRequest, Participant, Session
from sessions_app.states import ENDED, Mode


class SessionForm(forms.ModelForm):
    """The fields that staff may correct, under the limits of the API."""

    def clean_date(self) -> Any:
        date = self.cleaned_data["date"]
        problem = limits.date_problem(date, timezone.now()) if "date" in self.changed_data else None
        if problem:
            raise forms.ValidationError(problem)
        return date

    def clean_max_participants(self) -> int:
        places: int = self.cleaned_data["max_participants"]
        most = limits.MAX_PARTICIPANTS[Mode(self.instance.booking_mode)]
        least = max(limits.MIN_PARTICIPANTS, self.instance.participant_count)
        if not least <= places <= most:
            raise forms.ValidationError(f"From {least} to {most}.")
        return places


class ParticipantInline(admin.TabularInline):
    """Who is in. Deleting a line takes the person out, as leaving would."""

    model = Participant
    extra = 0
    fields = readonly_fields = ("user", "joined_at")

    def get_queryset(self, request: HttpRequest) -> QuerySet[Participant]:
        return super().get_queryset(request).filter(left_at=None).select_related("user", "session")

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return self.has_change_permission(request, obj)


class BookingRequestInline(admin.TabularInline):
    model = BookingRequest
    fk_name = "session"
    extra = 0
    can_delete = False
    fields = readonly_fields = (
        "user",
        "message",
        "status",
        "requested_at",
        "decided_by",
        "decided_at",
    )

    def get_queryset(self, request: HttpRequest) -> QuerySet[BookingRequest]:
        return super().get_queryset(request).select_related("user", "session", "decided_by")

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


@admin.register(Session)
class SessionAdmin(admin.ModelAdmin):
    form = SessionForm
    inlines = (ParticipantInline, BookingRequestInline)
    actions = ("approve_selected", "cancel_selected")
    list_display = ("title", "creator", "booking_mode", "status", "date", "places")
    list_filter = ("status", "booking_mode", "level", "date")
    list_select_related = ("creator",)
    search_fields = ("title", "subject", "creator__username", "creator__email")
    date_hierarchy = "date"
    show_full_result_count = False
    fields = (
        ("status", "booking_mode", "places"),
        ("creator", "created_at", "updated_at"),
        "title",
        "description",
        ("subject", "level"),
        ("date", "duration", "max_participants"),
        ("started_at", "ends_at"),
        "cancel_reason",
    )
    readonly_fields = (
        "status",
        "booking_mode",
        "places",
        "creator",
        "created_at",
        "updated_at",
        "started_at",
        "ends_at",
        "cancel_reason",
    )

    @admin.display(description="places")
    def places(self, session: Session) -> str:
        return f"{session.participant_count} of {session.max_participants}"

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Staff cancel, and everybody is told; only a creator deletes."""
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        over = obj is not None and obj.status in ENDED
        return super().has_change_permission(request, obj) and not over

    def save_model(self, request: HttpRequest, obj: Session, form: Any, change: bool) -> None:
        changes = {name: form.cleaned_data[name] for name in form.changed_data}
        if changes:
            self.try_to(request, obj, lambda: self.edit(request, obj, changes))

    def edit(self, request: HttpRequest, session: Session, changes: dict[str, Any]) -> None:
        services.edit(session, by=request.user, now=timezone.now(), **changes)  # type: ignore[arg-type]

    def save_formset(self, request: HttpRequest, form: Any, formset: Any, change: bool) -> None:
        """The inlines are read-only but for participants that are taken out."""
        formset.save(commit=False)
        for place in formset.deleted_objects:
            self.try_to(request, place, lambda: self.remove(request, place))  # noqa: B023

    def remove(self, request: HttpRequest, place: Participant) -> None:
        services.remove_participant(place, by=request.user, now=timezone.now())  # type: ignore[arg-type]

    def try_to(self, request: HttpRequest, thing: Any, act: Callable[[], None]) -> bool:
        """Do it; a refusal becomes a message, and loses nothing else."""
        try:
            act()
        except APIError as refusal:
            self.message_user(request, f"{thing}: {refusal.sentence}", messages.ERROR)
            return False
        return True

    @admin.action(description="Approve selected sessions", permissions=["change"])
    def approve_selected(self, request: HttpRequest, queryset: QuerySet[Session]) -> None:
        self.do_to_each(request, queryset, services.approve, "approved")

    @admin.action(description="Cancel selected sessions, with a reason", permissions=["change"])
    def cancel_selected(
        self, request: HttpRequest, queryset: QuerySet[Session]
    ) -> HttpResponse | None:
        if "reason" in request.POST:
            reason = request.POST["reason"].strip()[: limits.MESSAGE]
            self.do_to_each(request, queryset, services.cancel, "cancelled", reason=reason)
            return None
        context = self.admin_site.each_context(request) | {
            "title": "Cancel sessions",
            "sessions": queryset,
            "checkbox": ACTION_CHECKBOX_NAME,
            "opts": self.opts,
            "longest": limits.MESSAGE,
        }
        return TemplateResponse(request, "admin/sessions_app/cancel_sessions.html", context)

    def do_to_each(
        self,
        request: HttpRequest,
        rows: QuerySet[Session],
        act: Callable[..., None],
        done: str,
        **details: Any,
    ) -> None:
        """One act on each session, in a transaction of its own, and a report on all of them."""
        number = 0
        for session in rows.order_by("pk"):
            by, now = request.user, timezone.now()
            if self.try_to(request, session, lambda: act(session, by=by, now=now, **details)):  # noqa: B023
                self.log_change(request, session, done.capitalize())
                number += 1
        self.message_user(request, f"{number} {done}.", messages.SUCCESS if number else "warning")
