"""Materials in the admin: to look at, not to write."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.http import HttpRequest

from materials.models import Material


@admin.register(Material)
class MaterialAdmin(admin.ModelAdmin):
    list_display = ("title", "type", "session", "uploaded_by", "file_name", "uploaded_at")
    list_filter = ("type",)
    list_select_related = ("session", "uploaded_by")
    search_fields = ("title", "file_name", "session__title", "uploaded_by__username")
    date_hierarchy = "uploaded_at"
    show_full_result_count = False

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False
