"""Fast lists: pages and id-based series of rows, from querysets that are compiled once."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

from django.db.models import BigIntegerField, Expression, QuerySet

from core.db.compiled import CompiledQuery, Param, Row, Values

LIMIT, OFFSET = Param("limit"), Param("offset")
PAGE = {"tail": " LIMIT %s OFFSET %s"}


class PageOfIds(Expression):
    """The ids of one page of a queryset. Skipping rows is cheaper when only ids are read."""

    def __init__(self, rows: QuerySet[Any]) -> None:
        super().__init__(output_field=BigIntegerField())
        self.ids = CompiledQuery(rows.values_list("pk"), LIMIT, OFFSET, **PAGE)

    def as_sql(self, compiler: Any, connection: Any) -> tuple[str, tuple[Any, ...]]:
        return self.ids.sql, tuple(self.ids.params)


class PagedQueries:
    """The queries that count a queryset's rows and read any page of them.

    Args:
        rows: the queryset, ordered and with placeholders.
        columns: selects the columns to read, by `values_list`.
    """

    # Counts of MANY rows or more are slow, and are cached for SECONDS, at most SETS of them.
    MANY, SECONDS, SETS = 10_000, 2.0, 1000

    def __init__(
        self, rows: QuerySet[Any], columns: Callable[[QuerySet[Any]], QuerySet[Any]]
    ) -> None:
        def page(of: QuerySet[Any]) -> CompiledQuery:
            ids = rows.model._default_manager.filter(pk__in=PageOfIds(of))
            return CompiledQuery(columns(ids.order_by(*rows.query.order_by)))

        self.first = CompiledQuery(columns(rows), LIMIT, OFFSET, **PAGE)
        self.onward, self.backward = page(rows), page(rows.reverse())
        self.number = CompiledQuery(
            rows.order_by().values_list("pk"), head="SELECT COUNT(*) FROM (", tail=") counted"
        )
        self.kept: dict[Row, tuple[int, float]] = {}

    def count(self, values: Values) -> int:
        """Return the number of rows; a large number may be `SECONDS` old."""
        key, now = self.number.bind(values), time.monotonic()
        number, until = self.kept.get(key, (0, 0.0))
        if until > now:
            return number
        [(number,)] = self.number.fetch(values)
        if number >= self.MANY:
            if len(self.kept) >= self.SETS:
                self.kept.clear()
            self.kept[key] = number, now + self.SECONDS
        return int(number)

    def fetch_page(self, start: int, stop: int, number: int, values: Values) -> list[Row]:
        """Return the rows from `start` to `stop` out of `number`, read from the nearer end."""
        if not number:
            return []
        if not start:
            return self.first.fetch({**values, "limit": stop, "offset": 0})
        size = min(stop, number) - start
        if start <= number - start - size:
            return self.onward.fetch({**values, "limit": size, "offset": start})
        return self.backward.fetch({**values, "limit": size, "offset": number - start - size})


class PagedList:
    """A compiled list with its values, which a paginator can count and slice."""

    def __init__(self, queries: PagedQueries, build: Callable[[Row], Any], **values: Any) -> None:
        self.queries, self.build, self.values = queries, build, values
        self.number: int | None = None

    def count(self) -> int:
        if self.number is None:
            self.number = self.queries.count(self.values)
        return self.number

    def __len__(self) -> int:
        return self.count()

    def __getitem__(self, wanted: slice) -> list[Any]:
        rows = self.queries.fetch_page(wanted.start, wanted.stop, self.count(), self.values)
        return [self.build(row) for row in rows]


class CursorQueries:
    """The queries that read rows in the order of their ids, from one end or after a given id.

    Args:
        rows: the queryset, with placeholders.
        shape: a named tuple of their columns.
    """

    def __init__(self, rows: QuerySet[Any], shape: Any, *, newest_first: bool) -> None:
        lookup, order = ("pk__lt", "-pk") if newest_first else ("pk__gt", "pk")
        ordered = rows.order_by(order).values_list(*shape._fields)
        self.build = shape._make
        self.beginning = CompiledQuery(ordered, LIMIT, tail=" LIMIT %s")
        further = ordered.filter(**{lookup: Param("start")})
        self.further = CompiledQuery(further, LIMIT, tail=" LIMIT %s")


class CursorList:
    """A compiled series with its values, for `core.api.pagination.answer_array`."""

    def __init__(self, queries: CursorQueries, **values: Any) -> None:
        self.queries, self.values = queries, values

    def fetch_page(self, start: int | None, limit: int) -> list[Any]:
        """Return at most `limit` rows after the id `start`; from the beginning if it is None."""
        query = self.queries.beginning if start is None else self.queries.further
        rows = query.fetch({**self.values, "start": start, "limit": limit})
        return [self.queries.build(row) for row in rows]
