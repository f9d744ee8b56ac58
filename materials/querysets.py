"""All reads of materials."""

from __future__ import annotations

from typing import Any, Self

from django.db.models import QuerySet, Sum
from django.db.models.functions import Length


class MaterialQuerySet(QuerySet[Any]):
    def for_list(self) -> Self:
        """Return them with their uploaders, oldest first."""
        return self.select_related("uploaded_by").order_by("pk")

    def characters(self) -> int:
        """Return the total length of their notes."""
        return self.aggregate(total=Sum(Length("content")))["total"] or 0

    def with_file(self) -> Self:
        return self.exclude(stored_name="")
