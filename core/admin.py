"""What pages of the admin share."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.http import HttpRequest

if TYPE_CHECKING:  # unfold has no types, and these differ in their looks only
    from django.contrib.admin import ModelAdmin, TabularInline
else:
    from unfold.admin import ModelAdmin, TabularInline

__all__ = ["ReadOnlyAdmin", "ReadOnlyInline", "StaffAdmin", "TabularInline"]


class StaffAdmin(ModelAdmin):
    """A table as staff see it."""

    show_full_result_count = False
    compressed_fields = False  # labels above their fields, so that several fit beside each other


class ReadOnlyAdmin(StaffAdmin):
    """Rows to look at, not to write."""

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


class ReadOnlyInline(TabularInline):
    """Rows to look at beside the one that they belong to, not to write."""

    extra = 0

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False
