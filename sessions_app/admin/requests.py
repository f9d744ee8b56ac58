"""Booking requests in the admin. They are read-only: only the session's creator decides them."""

from __future__ import annotations

from django.contrib import admin

from core.admin import DateRangeFilter, PersonFilter, ReadOnlyAdmin
from core.admin.people_search import PersonSearchAdmin
from core.admin.unfold_classes import ChoicesDropdownFilter
from sessions_app.models import BookingRequest


@admin.register(BookingRequest)
class BookingRequestAdmin(PersonSearchAdmin, ReadOnlyAdmin):
    list_display = ("user", "session", "status", "requested_at", "decided_by", "decided_at")
    list_filter = (
        ("status", ChoicesDropdownFilter),
        ("user", PersonFilter),
        ("requested_at", DateRangeFilter),
        ("decided_at", DateRangeFilter),
    )
    extra_lookups = ("requested_at__gte", "requested_at__lt", "decided_at__gte", "decided_at__lt")
    list_select_related = ("user", "session", "decided_by")
    search_fields = ("session__title",)
    search_help_text = (
        "An id, words of the session's title, or the beginning of a user name or e-mail address."
    )
    fields = (
        "session",
        "user",
        "message",
        ("status", "attempt"),
        ("requested_at", "decided_by", "decided_at"),
    )
    export_fields = {
        "Id": "pk",
        "Session": "session_id",
        "Title": "session__title",
        "Who asks": "user__username",
        "Message": "message",
        "Status": "status",
        "Asked": "requested_at",
        "Decided": "decided_at",
        "Decided by": "decided_by__username",
    }
    export_emails = {"E-mail": "user__email"}
