"""1-on-1 sessions in the admin: read-only lists with tokens and audit log. The only action,
stopping a session, calls the service. No page shows meeting addresses or passcodes, since they are
for the session's two people only."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.db.models import Q, QuerySet
from django.http import HttpRequest

from core.admin import (
    DateRangeFilter,
    PersonFilter,
    ReadOnlyAdmin,
    ReadOnlyInline,
    SituationFilter,
)
from core.admin.acts import is_id
from core.admin.people_search import PersonSearchAdmin, of_people
from core.admin.unfold_classes import BooleanRadioFilter, ChoicesDropdownFilter
from zoom import services
from zoom.models import AuditEntry, JoinToken, OneOnOneSession, PendingMeetingEnd


class OfPeopleInline(ReadOnlyInline):
    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        return super().get_queryset(request).select_related("user")


class JoinTokenInline(OfPeopleInline):
    model = JoinToken
    fields = ("user", "created_at", "expires_at", "is_used", "used_at")


class AuditEntryInline(OfPeopleInline):
    model = AuditEntry
    fields = ("created_at", "event_type", "user", "message", "metadata")


class OneOnOneSituation(SituationFilter):
    situations = {
        "starting": ("a start is under way", lambda rows, now: rows.filter(start_until__gt=now)),
        "stuck": ("stuck: should have ended by now", lambda rows, now: rows.overdue(now)),
    }


@admin.register(OneOnOneSession)
class OneOnOneSessionAdmin(ReadOnlyAdmin):
    inlines = (JoinTokenInline, AuditEntryInline)
    actions = ("stop_selected", "export_csv")
    list_display = ("id", "initiator", "participant", "status", "started_by", "created_at")
    list_filter = (
        OneOnOneSituation,
        ("status", ChoicesDropdownFilter),
        ("initiator", PersonFilter),
        ("participant", PersonFilter),
        ("created_at", DateRangeFilter),
        ("started_at", DateRangeFilter),
    )
    list_select_related = ("initiator", "participant", "started_by")
    search_fields = ("zoom_meeting_id",)
    search_help_text = (
        "An id, a Zoom meeting id, or the beginning of a user name or e-mail address."
    )
    date_hierarchy = "created_at"
    extra_lookups = ("started_at__gte", "started_at__lt", "ended_at__gte", "ended_at__lt")
    export_fields = {
        "Id": "pk",
        "Initiator": "initiator__username",
        "Participant": "participant__username",
        "Status": "status",
        "Started by": "started_by__username",
        "Created": "created_at",
        "Started": "started_at",
        "Ended": "ended_at",
    }
    export_emails = {
        "Initiator's e-mail": "initiator__email",
        "Participant's e-mail": "participant__email",
    }
    fields = (
        ("initiator", "initiator_ready"),
        ("participant", "participant_ready"),
        ("status", "started_by"),
        ("zoom_meeting_id", "zoom_host"),
        ("created_at", "started_at", "ended_at", "updated_at"),
    )

    def find(self, text: str) -> Q:
        """Also search by Zoom's meeting id, which is a number like our own ids."""
        people = of_people(text, "initiator", "participant")
        return Q(zoom_meeting_id=text) | (super().find(text) if is_id(text) else people)

    @admin.action(description="End or cancel selected sessions", permissions=["act"])
    def stop_selected(self, request: HttpRequest, queryset: QuerySet[OneOnOneSession]) -> None:
        deadline = services.action_deadline()
        self.act_on_each(request, queryset, services.stop, "stopped", deadline=deadline)


@admin.register(JoinToken)
class JoinTokenAdmin(ReadOnlyAdmin):
    """Shows the owner and whether the token was used, but never the token itself."""

    list_display = ("id", "session", "user", "created_at", "expires_at", "is_used", "used_at")
    list_filter = (
        ("is_used", BooleanRadioFilter),
        ("user", PersonFilter),
        ("created_at", DateRangeFilter),
    )
    list_select_related = ("session", "user")
    search_fields = ("session__id",)
    search_help_text = "A session id, or the beginning of a user name or e-mail address."
    fields = ("session", "user", "created_at", "expires_at", "is_used", "used_at")

    def find(self, text: str) -> Q:
        return Q(session=int(text)) if is_id(text) else of_people(text, "user")


@admin.register(AuditEntry)
class AuditEntryAdmin(PersonSearchAdmin, ReadOnlyAdmin):
    list_display = ("created_at", "session", "event_type", "user", "message")
    list_filter = (
        ("event_type", ChoicesDropdownFilter),
        ("user", PersonFilter),
        ("created_at", DateRangeFilter),
    )
    list_select_related = ("session", "user")
    search_fields = ("message",)
    search_help_text = (
        "A session id, words of the message, or the beginning of a user name or e-mail address."
    )
    date_hierarchy = "created_at"
    fields = ("session", "event_type", "user", "message", "metadata", "created_at")
    export_fields = {
        "Id": "pk",
        "Session": "session_id",
        "When": "created_at",
        "What": "event_type",
        "Who": "user__username",
        "Message": "message",
    }

    def find(self, text: str) -> Q:
        return Q(session=int(text)) if is_id(text) else super().find(text)


class MeetingSituation(SituationFilter):
    situations = {
        "failing": ("failed at least once", lambda rows, now: rows.filter(attempts__gt=0))
    }


@admin.register(PendingMeetingEnd)
class PendingMeetingEndAdmin(ReadOnlyAdmin):
    """Meetings that still have to be ended at Zoom. The list is empty when all is well."""

    list_display = ("meeting_id", "attempts", "next_try_at", "created_at")
    list_filter = (MeetingSituation,)
    extra_lookups = ("created_at__lt",)
    search_fields = ("meeting_id",)
    search_help_text = "A Zoom meeting id."

    def find(self, text: str) -> Q:
        return Q(meeting_id=text)
