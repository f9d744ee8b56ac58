"""Staff groups and their permissions in the admin."""

from __future__ import annotations

from django.contrib import admin
from django.contrib.auth.admin import GroupAdmin
from django.contrib.auth.models import Group
from django.http import HttpRequest

from core.admin import StaffAdmin

admin.site.unregister(Group)


@admin.register(Group)
class StaffGroupAdmin(GroupAdmin, StaffAdmin):
    """Django's group admin with the look and limits of our other tables. Only superusers can
    write: people who could change their own group could give themselves any permission."""

    search_help_text = "An id, or parts of the name."

    def has_add_permission(self, request: HttpRequest) -> bool:
        return request.user.is_superuser

    def has_change_permission(self, request: HttpRequest, obj: Group | None = None) -> bool:
        return request.user.is_superuser

    def has_delete_permission(self, request: HttpRequest, obj: Group | None = None) -> bool:
        return request.user.is_superuser
