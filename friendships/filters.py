"""The filters of friend requests (contract F1) and of people (F4)."""

from __future__ import annotations

import django_filters

from accounts.models import User
from accounts.querysets import UserQuerySet
from core.api.filters import LETTER, StrictFilterSet, WordsFilter
from friendships.models import Friendship
from friendships.querysets import FriendshipQuerySet

TOO_SHORT = "Search for at least two characters."


class RequestFilter(StrictFilterSet):
    direction = django_filters.ChoiceFilter(
        choices=[("incoming", "to me"), ("outgoing", "from me")],
        method="by_direction",
        label="`incoming`: requests to you; `outgoing`: requests by you. Both by default.",
    )

    class Meta:
        model = Friendship
        fields: list[str] = []

    def by_direction(self, rows: FriendshipQuerySet, name: str, value: str) -> FriendshipQuerySet:
        return rows.filter(**{value: True})


class NamesFilter(WordsFilter):
    # Spaces around the search text don't count.
    shape = WordsFilter.shape | {"allOf": [{"pattern": rf"{LETTER}[\s\S]*{LETTER}"}]}


class PeopleFilter(StrictFilterSet):
    search = NamesFilter(
        method="find",
        required=True,
        min_length=2,
        max_length=200,
        error_messages={"required": TOO_SHORT, "min_length": TOO_SHORT},
        label="Words that must all occur in a person's names or username: at least two characters, "
        "at most ten words.",
    )

    class Meta:
        model = User
        fields: list[str] = []

    def find(self, rows: UserQuerySet, name: str, words: list[str]) -> UserQuerySet:
        return rows.with_words(words)
