"""Sessions in the admin: found, corrected within the rules, approved and cancelled. Whatever is
done here goes through the services; a status is never written."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.contrib.admin.helpers import ACTION_CHECKBOX_NAME
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.utils import timezone

from core.admin import StaffAdmin, TabularInline
from core.errors import APIError
from core.lifecycle import refuse
from sessions_app import limits, services
from sessions_app.models import BookingRequest, Participant, Session
from sessions_app.states import ACTIONS, ENDED, Mode, Status


class SessionForm(forms.ModelForm):
    """The fields that staff may correct, under the limits of the API."""

    # What the page has shown: without it, a page left open would undo what others did since.
    seen_version = forms.IntegerField(widget=forms.HiddenInput)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["seen_version"].initial = self.instance.version

    def clean_seen_version(self) -> None:
        if self.cleaned_data["seen_version"] != self.instance.version:
            raise forms.ValidationError(
                "This session was changed since you opened the page: open it again."
            )

    def clean_subject(self) -> str:
        subject: str = self.cleaned_data["subject"]
        if not subject and self.instance.booking_mode == Mode.REQUEST:
            raise forms.ValidationError("A session that people ask to join needs a subject.")
        return subject

    def clean_date(self) -> Any:
        date = self.cleaned_data["date"]
        if "date" in self.changed_data:
            problem = limits.date_problem(date, timezone.now())
            if self.instance.status == Status.ONGOING:
                problem = services.DATE_FIXED.sentence
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


class ReasonForm(forms.Form):
    """Why sessions are cancelled."""

    reason = forms.CharField(max_length=limits.MESSAGE, required=False)


class PlacesFormSet(forms.BaseInlineFormSet):
    """Takes people out, where the session can still be left."""

    def clean(self) -> None:
        super().clean()
        leave = ACTIONS["leave"]
        if self.deleted_forms and self.instance.status not in leave.states:
            raise forms.ValidationError(refuse(leave.closed, leave, self.instance).sentence)


class ParticipantInline(TabularInline):
    """Who is in. Deleting a line takes the person out, as leaving would."""

    model = Participant
    formset = PlacesFormSet
    extra = 0
    fields = readonly_fields = ("user", "joined_at")

    def get_queryset(self, request: HttpRequest) -> QuerySet[Participant]:
        return super().get_queryset(request).filter(left_at=None).select_related("user", "session")

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return self.has_change_permission(request, obj)


class BookingRequestInline(TabularInline):
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


def was_refused(request: HttpRequest) -> bool:
    """Has a service refused what this request wanted?"""
    return getattr(request, "was_refused", False)


EDITED = {"title", "description", "subject", "level", "date", "duration", "max_participants"}


@admin.register(Session)
class SessionAdmin(StaffAdmin):
    form = SessionForm
    inlines = (ParticipantInline, BookingRequestInline)
    actions = ("approve_selected", "cancel_selected")
    list_display = ("title", "creator", "booking_mode", "status", "date", "places")
    list_filter = ("status", "booking_mode", "level", "date")
    list_select_related = ("creator",)
    search_fields = ("title", "subject", "creator__username", "creator__email")
    date_hierarchy = "date"
    fields = (
        ("status", "booking_mode", "places", "seen_version"),
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
        changes = {name: form.cleaned_data[name] for name in form.changed_data if name in EDITED}
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

    def log_change(self, request: HttpRequest, obj: Any, message: Any) -> Any:
        """What was refused has not happened."""
        return None if was_refused(request) else super().log_change(request, obj, message)

    def response_change(self, request: HttpRequest, obj: Session) -> HttpResponse:
        """Back to the page where somebody else was faster, with that message and no other."""
        if was_refused(request):
            return HttpResponseRedirect(request.path)
        return super().response_change(request, obj)

    def try_to(self, request: HttpRequest, thing: Any, act: Callable[[], None]) -> bool:
        """Do it; a refusal becomes a message, and loses nothing else."""
        try:
            act()
        except APIError as refusal:
            self.message_user(request, f"{thing}: {refusal.sentence}", messages.ERROR)
            request.was_refused = True  # type: ignore[attr-defined]  # for response_change
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
            form = ReasonForm(request.POST)
            if form.is_valid():
                self.do_to_each(
                    request, queryset, services.cancel, "cancelled", **form.cleaned_data
                )
            else:
                self.message_user(request, str(form.errors["reason"][0]), messages.ERROR)
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
                super().log_change(request, session, done.capitalize())
                number += 1
        self.message_user(request, f"{number} {done}.", messages.SUCCESS if number else "warning")
