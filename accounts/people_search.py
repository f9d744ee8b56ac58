"""Finding, in the admin's lists, what belongs to people."""

from __future__ import annotations

from django.db.models import Q

from accounts.models import User
from core.admin import StaffAdmin

# Who types so little that more begin so, types on.
MAX_PEOPLE = 100


def of_people(text: str, *relations: str) -> Q:
    """Rows whose person's user name or e-mail address begins so, without case. The people are read
    first: an OR across a join would have the database go through all of both tables."""
    people = User.objects.beginning_with(text)
    ids = list(people.values_list("pk", flat=True)[:MAX_PEOPLE])
    found = Q(pk=None)
    for relation in relations:
        found |= Q(**{f"{relation}__in": ids})
    return found


class OfPeopleAdmin(StaffAdmin):
    """Rows that belong to people, and are found by them, too.

    Attributes:
        people_fields: the columns that say whose they are.
    """

    people_fields: tuple[str, ...] = ("user",)

    def find(self, text: str) -> Q:
        """What has an `@` is no word of a title; without words the database needs no scan."""
        people = self.find_by_people(text)
        return people if "@" in text else super().find(text) | people

    def find_by_people(self, text: str) -> Q:
        return of_people(text, *self.people_fields)
