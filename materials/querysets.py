"""All reads of materials."""

from __future__ import annotations

from typing import Any, Self

from django.db.models import Exists, OuterRef, Q, QuerySet, Sum
from django.db.models.functions import Length


class MaterialQuerySet(QuerySet[Any]):
    def visible_to(self, user: Any) -> Self:
        """Those of sessions that this person created or is in; all of them for staff (M2)."""
        if user.is_staff:
            return self.all()
        return self.filter(Q(session__creator=user) | Exists(self.places_of(user)))

    def places_of(self, user: Any) -> QuerySet[Any]:
        sessions: Any = self.model._meta.get_field("session").related_model
        places = sessions._meta.get_field("participants").related_model._default_manager
        present: QuerySet[Any] = places.present().filter(session=OuterRef("session"), user=user)
        return present

    def for_list(self) -> Self:
        """Oldest first."""
        return self.select_related("uploaded_by").order_by("pk")

    def characters(self) -> int:
        """How long their notes are together."""
        return self.aggregate(total=Sum(Length("content")))["total"] or 0

    def with_file(self) -> Self:
        return self.exclude(stored_name="")
