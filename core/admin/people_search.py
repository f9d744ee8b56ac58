"""Search the admin's lists by the people that rows belong to."""

from __future__ import annotations

from django.contrib.auth import get_user_model
from django.db.models import Q

from core.admin.bases import StaffAdmin

# If more people match, the search text is too short to be useful.
MAX_PEOPLE = 100


def of_people(text: str, *relations: str) -> Q:
    """Return a filter for rows whose person's username or e-mail address begins with the text,
    ignoring case. The people are read first: with an OR across a join the database would scan
    both tables."""
    people = get_user_model().objects.beginning_with(text)
    ids = list(people.values_list("pk", flat=True)[:MAX_PEOPLE])
    found = Q(pk=None)
    for relation in relations:
        found |= Q(**{f"{relation}__in": ids})
    return found


class PersonSearchAdmin(StaffAdmin):
    """An admin of rows that belong to people and can be searched by them.

    Attributes:
        people_fields: the columns that refer to people.
    """

    people_fields: tuple[str, ...] = ("user",)

    def find(self, text: str) -> Q:
        """A text with an `@` is searched among people only, which needs no scan of the table."""
        people = self.find_by_people(text)
        return people if "@" in text else super().find(text) | people

    def find_by_people(self, text: str) -> Q:
        return of_people(text, *self.people_fields)
