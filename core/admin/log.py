"""The log of staff actions, for superusers."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.contrib.admin.models import LogEntry
from django.db.models import Q
from django.http import HttpRequest
from django.utils.html import format_html

from core.admin.bases import ReadOnlyAdmin
from core.admin.filters import DateRangeFilter, PersonFilter


@admin.register(LogEntry)
class LogEntryAdmin(ReadOnlyAdmin):
    """Read-only view of the log; every staff action in the admin or the API adds an entry."""

    list_display = ("action_time", "user", "table", "row", "what")
    list_display_links = ("action_time",)
    list_filter = (("user", PersonFilter), ("action_time", DateRangeFilter))
    list_select_related = ("user", "content_type")
    search_fields = ("object_repr", "change_message")
    search_help_text = "Words in the row's name or in the action, or a username."
    fields = ("action_time", "user", "table", "row", "what")
    export_fields = {
        "Id": "pk",
        "When": "action_time",
        "Who": "user__username",
        "Table": "content_type__model",
        "Row": "object_id",
        "Its name": "object_repr",
        "What": "change_message",
    }

    @admin.display(description="table")
    def table(self, entry: LogEntry) -> str:
        return entry.content_type.name if entry.content_type else "-"

    @admin.display(description="row")
    def row(self, entry: LogEntry) -> str:
        """The row's name at that time, with a link to its page if there is one."""
        address = entry.get_admin_url()
        if address is None:
            return entry.object_repr
        return format_html('<a href="{}" class="underline">{}</a>', address, entry.object_repr)

    @admin.display(description="what")
    def what(self, entry: LogEntry) -> str:
        return entry.get_change_message() or entry.get_action_flag_display()

    def find(self, text: str) -> Q:
        return super().find(text) | Q(user__username__iexact=text)

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return request.user.is_superuser

    def has_module_permission(self, request: HttpRequest) -> bool:
        return request.user.is_superuser
