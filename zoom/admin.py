"""1-on-1 sessions in the admin: to find and to look at, with their tokens and their log. The one
act here, stopping a session, is the service's. Addresses and passcodes of meetings are for the two
alone, and are on no page."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.db.models import Q, QuerySet
from django.http import HttpRequest

from accounts.people_search import OfPeopleAdmin, of_people
from core.admin import (
    DateRangeFilter,
    PersonFilter,
    ReadOnlyAdmin,
    ReadOnlyInline,
    SituationFilter,
)
from core.admin.acts import is_id
from core.admin.unfolded import BooleanRadioFilter, ChoicesDropdownFilter
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
        "stuck": ("stuck: the clock is late to end it", lambda rows, now: rows.overdue(now)),
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
        "An id, Zoom's id of a meeting, or how a user name or an e-mail address begins."
    )
    date_hierarchy = "created_at"
    linked_lookups = ("started_at__gte", "started_at__lt", "ended_at__gte", "ended_at__lt")
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
    export_addresses = {
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
        """Also by Zoom's id of the meeting, which looks like one of ours."""
        people = of_people(text, "initiator", "participant")
        return Q(zoom_meeting_id=text) | (super().find(text) if is_id(text) else people)

    @admin.action(description="End or cancel selected sessions", permissions=["act"])
    def stop_selected(self, request: HttpRequest, queryset: QuerySet[OneOnOneSession]) -> None:
        deadline = services.patience()
        self.act_on_each(request, queryset, services.stop, "stopped", deadline=deadline)


@admin.register(JoinToken)
class JoinTokenAdmin(ReadOnlyAdmin):
    """Whose they are and whether they were used; never what they look like."""

    list_display = ("id", "session", "user", "created_at", "expires_at", "is_used", "used_at")
    list_filter = (
        ("is_used", BooleanRadioFilter),
        ("user", PersonFilter),
        ("created_at", DateRangeFilter),
    )
    list_select_related = ("session", "user")
    search_fields = ("session__id",)
    search_help_text = "The id of a session, or how a user name or an e-mail address begins."
    fields = ("session", "user", "created_at", "expires_at", "is_used", "used_at")

    def find(self, text: str) -> Q:
        return Q(session=int(text)) if is_id(text) else of_people(text, "user")


@admin.register(AuditEntry)
class AuditEntryAdmin(OfPeopleAdmin, ReadOnlyAdmin):
    list_display = ("created_at", "session", "event_type", "user", "message")
    list_filter = (
        ("event_type", ChoicesDropdownFilter),
        ("user", PersonFilter),
        ("created_at", DateRangeFilter),
    )
    list_select_related = ("session", "user")
    search_fields = ("message",)
    search_help_text = (
        "The id of a session, words of the message, or how a user name or an e-mail address begins."
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
        "failing": ("tried without success", lambda rows, now: rows.filter(attempts__gt=0))
    }


@admin.register(PendingMeetingEnd)
class PendingMeetingEndAdmin(ReadOnlyAdmin):
    """What is still to be ended at Zoom: empty when all is well."""

    list_display = ("meeting_id", "attempts", "next_try_at", "created_at")
    list_filter = (MeetingSituation,)
    linked_lookups = ("created_at__lt",)
    search_fields = ("meeting_id",)
    search_help_text = "Zoom's id of a meeting."

    def find(self, text: str) -> Q:
        return Q(meeting_id=text)
