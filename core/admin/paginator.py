"""Pagination of lists with millions of rows."""

from __future__ import annotations

from typing import Any

from django.core.paginator import Paginator
from django.utils.functional import cached_property

# Nobody turns that many pages, and counting further would slow down every page of a large table.
MAX_COUNTED = 10_000


class MoreThanCounted(int):
    """A count that stopped at its limit; pages show it as "over …"."""

    def __str__(self) -> str:
        return f"over {self:,d}"


class BoundedPaginator(Paginator):
    """Counts and pages up to `MAX_COUNTED` rows; use the filters to find older ones."""

    object_list: Any

    @cached_property
    def count(self) -> int:
        number: int = self.object_list.order_by()[: MAX_COUNTED + 1].count()
        return number if number <= MAX_COUNTED else MoreThanCounted(MAX_COUNTED)
