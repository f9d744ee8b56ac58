"""Pages of a list that may have millions of rows."""

from __future__ import annotations

from typing import Any

from django.core.paginator import Paginator
from django.utils.functional import cached_property

# Nobody turns so many pages, and counting further makes every page of a large table wait.
MAX_COUNTED = 10_000


class MoreThanCounted(int):
    """A count that went no further; pages call it by its text."""

    def __str__(self) -> str:
        return f"over {self:,d}"


class BoundedPaginator(Paginator):
    """Counts and turns pages as far as `MAX_COUNTED`; who looks for older rows filters."""

    object_list: Any

    @cached_property
    def count(self) -> int:
        number: int = self.object_list.order_by()[: MAX_COUNTED + 1].count()
        return number if number <= MAX_COUNTED else MoreThanCounted(MAX_COUNTED)
