"""Notifications in the admin: to look at, not to write."""

from __future__ import annotations

from django.contrib import admin

from core.admin import ReadOnlyAdmin
from notifications.models import Notification


@admin.register(Notification)
class NotificationAdmin(ReadOnlyAdmin):
    list_display = ("title", "user", "type", "event", "read", "created_at")
    list_filter = ("type", "event", "read")
    list_select_related = ("user",)
    search_fields = ("title", "user__username", "user__email")
    date_hierarchy = "created_at"
