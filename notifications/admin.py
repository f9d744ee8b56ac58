"""Notifications in the admin, read-only."""

from __future__ import annotations

from django.contrib import admin

from core.admin import DateRangeFilter, PersonFilter, ReadOnlyAdmin
from core.admin.people_search import PersonSearchAdmin
from core.admin.unfold_classes import BooleanRadioFilter, ChoicesDropdownFilter
from notifications.models import Notification


@admin.register(Notification)
class NotificationAdmin(PersonSearchAdmin, ReadOnlyAdmin):
    list_display = ("title", "user", "type", "event", "read", "created_at")
    list_filter = (
        ("type", ChoicesDropdownFilter),
        ("read", BooleanRadioFilter),
        ("user", PersonFilter),
        ("created_at", DateRangeFilter),
    )
    list_select_related = ("user",)
    search_fields = ("title",)
    search_help_text = "An id, words of the title, or the start of a username or an e-mail address."
    date_hierarchy = "created_at"
    fields = ("user", "type", "event", "title", "message", "session", "read", "created_at")
