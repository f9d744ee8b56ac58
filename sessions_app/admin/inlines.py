"""The participants and booking requests of a session, on the session's page."""

from __future__ import annotations

from typing import Any

from django import forms
from django.db.models import QuerySet
from django.http import HttpRequest

from core.admin import ReadOnlyInline, TabularInline
from core.lifecycle import refuse
from sessions_app.models import BookingRequest, Participant
from sessions_app.states import ACTIONS


class PlacesFormSet(forms.BaseInlineFormSet):
    """Removes participants, if the session's status still allows leaving."""

    def clean(self) -> None:
        super().clean()
        leave = ACTIONS["leave"]
        if self.deleted_forms and self.instance.status not in leave.states:
            raise forms.ValidationError(refuse(leave.closed, leave, self.instance).sentence)


class ParticipantInline(TabularInline):
    """The participants. Deleting a row removes the participant, as leaving does."""

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


class BookingRequestInline(ReadOnlyInline):
    model = BookingRequest
    fk_name = "session"
    per_page = 50  # a popular session may have hundreds
    fields = (
        "user",
        "message",
        "status",
        "requested_at",
        "decided_by",
        "decided_at",
    )

    def get_queryset(self, request: HttpRequest) -> QuerySet[BookingRequest]:
        return super().get_queryset(request).select_related("user", "session", "decided_by")
