"""Materials in the admin: to look at, not to write."""

from __future__ import annotations

from django.contrib import admin

from core.admin import ReadOnlyAdmin
from materials.models import Material, StrayFile


@admin.register(Material)
class MaterialAdmin(ReadOnlyAdmin):
    list_display = ("title", "type", "session", "uploaded_by", "file_name", "uploaded_at")
    list_filter = ("type",)
    list_select_related = ("session", "uploaded_by")
    search_fields = ("title", "file_name", "session__title", "uploaded_by__username")
    date_hierarchy = "uploaded_at"


@admin.register(StrayFile)
class StrayFileAdmin(ReadOnlyAdmin):
    """Stored files that are still to be removed: empty when all is well."""

    list_display = ("name", "store", "attempts", "next_try_at")
    list_filter = ("store",)
    search_fields = ("name",)
