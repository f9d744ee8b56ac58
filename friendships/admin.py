"""Friendships and blocks in the admin, read-only. Messages are private: staff can't read them."""

from __future__ import annotations

from django.contrib import admin
from django.db.models import Q

from core.admin import DateRangeFilter, PersonFilter, ReadOnlyAdmin
from core.admin.people_search import of_people
from core.admin.unfold_classes import ChoicesDropdownFilter
from friendships.models import Block, Friendship

SEARCH_HELP = "The start of a username or an e-mail address."


@admin.register(Friendship)
class FriendshipAdmin(ReadOnlyAdmin):
    list_display = ("from_user", "to_user", "status", "created_at", "since")
    list_filter = (
        ("status", ChoicesDropdownFilter),
        ("from_user", PersonFilter),
        ("to_user", PersonFilter),
        ("created_at", DateRangeFilter),
    )
    list_select_related = ("from_user", "to_user")
    search_fields = ("from_user", "to_user")
    search_help_text = SEARCH_HELP

    def find(self, text: str) -> Q:
        return of_people(text, "from_user", "to_user")


@admin.register(Block)
class BlockAdmin(ReadOnlyAdmin):
    list_display = ("blocker", "blocked", "created_at")
    list_filter = (
        ("blocker", PersonFilter),
        ("blocked", PersonFilter),
        ("created_at", DateRangeFilter),
    )
    list_select_related = ("blocker", "blocked")
    search_fields = ("blocker", "blocked")
    search_help_text = SEARCH_HELP

    def find(self, text: str) -> Q:
        return of_people(text, "blocker", "blocked")
