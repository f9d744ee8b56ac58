"""Friendships and blocks in the admin: to look at, not to write. Messages are private, so that
they aren't here."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.http import HttpRequest

from friendships.models import Block, Friendship


class ReadOnlyAdmin(admin.ModelAdmin):
    show_full_result_count = False

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


@admin.register(Friendship)
class FriendshipAdmin(ReadOnlyAdmin):
    list_display = ("from_user", "to_user", "status", "created_at", "since")
    list_filter = ("status",)
    list_select_related = ("from_user", "to_user")
    search_fields = ("from_user__username", "to_user__username")


@admin.register(Block)
class BlockAdmin(ReadOnlyAdmin):
    list_display = ("blocker", "blocked", "created_at")
    list_select_related = ("blocker", "blocked")
    search_fields = ("blocker__username", "blocked__username")
