"""Friendships and blocks in the admin: to look at, not to write. Messages are private: staff can't
read them here."""

from __future__ import annotations

from django.contrib import admin

from core.admin import ReadOnlyAdmin
from friendships.models import Block, Friendship


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
