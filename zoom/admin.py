"""1-on-1 sessions in the admin: to find and to look at, with their tokens and their log. The one
act here, stopping a session, is the service's. Addresses and passcodes of meetings are for the two
alone, and are on no page."""

from __future__ import annotations

from typing import Any

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils import timezone

from core.admin import ReadOnlyAdmin, ReadOnlyInline, StaffAdmin
from core.errors import APIError
from zoom import services
from zoom.models import AuditEntry, JoinToken, MeetingToEnd, OneOnOneSession


class OfPeopleInline(ReadOnlyInline):
    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        return super().get_queryset(request).select_related("user")


class JoinTokenInline(OfPeopleInline):
    model = JoinToken
    fields = ("user", "created_at", "expires_at", "is_used", "used_at")


class AuditEntryInline(OfPeopleInline):
    model = AuditEntry
    fields = ("created_at", "event_type", "user", "message", "metadata")


@admin.register(OneOnOneSession)
class OneOnOneSessionAdmin(ReadOnlyAdmin):
    inlines = (JoinTokenInline, AuditEntryInline)
    actions = ("stop_selected",)
    list_display = ("id", "initiator", "participant", "status", "started_by", "created_at")
    list_filter = ("status", "created_at", "started_at")
    list_select_related = ("initiator", "participant", "started_by")
    search_fields = (
        "initiator__username",
        "initiator__email",
        "participant__username",
        "participant__email",
        "zoom_meeting_id",
    )
    date_hierarchy = "created_at"
    fields = (
        ("initiator", "initiator_ready"),
        ("participant", "participant_ready"),
        ("status", "started_by"),
        ("zoom_meeting_id", "zoom_host"),
        ("created_at", "started_at", "ended_at", "updated_at"),
    )

    def has_stop_permission(self, request: HttpRequest) -> bool:
        """Stopping is a change, though nothing is written from a form."""
        return bool(StaffAdmin.has_change_permission(self, request))

    @admin.action(description="End or cancel selected sessions", permissions=["stop"])
    def stop_selected(self, request: HttpRequest, queryset: QuerySet[OneOnOneSession]) -> None:
        """Each in a transaction of its own; a refusal becomes a message."""
        number = 0
        for session in queryset.order_by("pk"):
            try:
                services.stop(session, by=request.user, now=timezone.now())  # type: ignore[arg-type]
            except APIError as refusal:
                self.message_user(request, f"{session}: {refusal.sentence}", messages.ERROR)
                continue
            self.log_change(request, session, "Stopped")
            number += 1
        self.message_user(request, f"{number} stopped.", messages.SUCCESS if number else "warning")


@admin.register(JoinToken)
class JoinTokenAdmin(ReadOnlyAdmin):
    """Whose they are and whether they were used; never what they look like."""

    list_display = ("id", "session", "user", "created_at", "expires_at", "is_used", "used_at")
    list_filter = ("is_used", "created_at")
    list_select_related = ("session", "user")
    search_fields = ("=session__id", "user__username", "user__email")
    fields = ("session", "user", "created_at", "expires_at", "is_used", "used_at")


@admin.register(AuditEntry)
class AuditEntryAdmin(ReadOnlyAdmin):
    list_display = ("created_at", "session", "event_type", "user", "message")
    list_filter = ("event_type", "created_at")
    list_select_related = ("session", "user")
    search_fields = ("=session__id", "user__username", "user__email", "message")
    date_hierarchy = "created_at"
    fields = ("session", "event_type", "user", "message", "metadata", "created_at")


@admin.register(MeetingToEnd)
class MeetingToEndAdmin(ReadOnlyAdmin):
    """What is still to be ended at Zoom: empty when all is well."""

    list_display = ("meeting_id", "attempts", "next_try_at", "created_at")
    search_fields = ("meeting_id",)
