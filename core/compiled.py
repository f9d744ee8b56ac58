"""Hot reads: the ORM writes a query's SQL once, and it is run with other values each time.

Building a queryset and compiling it costs several times what running it does. Here a queryset is
built once, with a `Hole` where a value goes, and its SQL is kept; the ORM stays its only author.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

from django.db import connection
from django.db.models import BigIntegerField, Expression, Field, QuerySet, TextField

Row = tuple[Any, ...]
Values = Mapping[str, Any]


class Hole(Expression):
    """Stands in a queryset for a value that is known when the query is run: an id, unless a field
    says what else."""

    def __init__(self, name: str, field: Field[Any, Any] | None = None) -> None:
        super().__init__(output_field=field or BigIntegerField())
        self.name = name

    def as_sql(self, compiler: Any, connection: Any) -> tuple[str, tuple[Any, ...]]:
        return "%s", (self,)

    @property
    def is_text(self) -> bool:
        return isinstance(self.output_field, TextField)

    def filled(self, values: Values) -> Any:
        return self.output_field.get_db_prep_value(values[self.name], connection)


class Statement:
    """SQL with holes among its parameters."""

    def __init__(self, sql: str, params: Sequence[Any]) -> None:
        self.sql, self.params = sql, params

    @contextmanager
    def executed(self, values: Values) -> Iterator[Any]:
        """The cursor that has run it, planned once for a connection.

        Args:
            values: what goes into the holes, by their names.
        """
        with self.cursor() as cursor:
            cursor.execute(self.sql, self.filled(values))
            yield cursor

    def cursor(self) -> Any:
        return preparing_cursor()

    def filled(self, values: Values) -> tuple[Any, ...]:
        return tuple(
            each.filled(values) if isinstance(each, Hole) else each for each in self.params
        )


class CompiledQuery(Statement):
    """The SQL of a queryset of `values_list`.

    Args:
        rows: with holes, and not sliced.
        head, tail: SQL around it.
        holes: those of the tail.
    """

    def __init__(self, rows: QuerySet[Any], *holes: Hole, head: str = "", tail: str = "") -> None:
        self.compiler = rows.query.get_compiler(rows.db)
        sql, params = self.compiler.as_sql()
        super().__init__(f"{head}{sql}{tail}", [*params, *holes])
        columns = [column for column, *_ in self.compiler.select]
        self.converters = {} if head else self.compiler.get_converters(columns)
        self.finds_texts = any(isinstance(each, Hole) and each.is_text for each in self.params)

    def fetch(self, values: Values) -> list[Row]:
        """Its rows."""
        with self.executed(values) as cursor:
            rows: list[Row] = cursor.fetchall()
        if self.converters:
            return [tuple(row) for row in self.compiler.apply_converters(rows, self.converters)]
        return rows

    def cursor(self) -> Any:
        """Where texts are looked for, the best plan depends on which: those are planned anew."""
        return connection.cursor() if self.finds_texts else super().cursor()


def preparing_cursor() -> Any:
    """SQLite keeps the statements of any cursor; PostgreSQL those of cursors that ask for it."""
    return getattr(connection, "preparing_cursor", connection.cursor)()


class CompiledRow:
    """A queryset that finds one row at most, read as an instance of its model with what the
    queryset annotates."""

    def __init__(self, rows: QuerySet[Any]) -> None:
        self.model = rows.model
        self.columns = [column.attname for column in rows.model._meta.concrete_fields]
        self.annotations = list(rows.query.annotations)
        self.query = CompiledQuery(rows.values_list(*self.columns, *self.annotations))

    def first(self, **values: Any) -> Any:
        """The row; None if there is none."""
        rows = self.query.fetch(values)
        if not rows:
            return None
        own = len(self.columns)
        found = self.model.from_db(connection.alias, self.columns, rows[0][:own])
        for name, value in zip(self.annotations, rows[0][own:], strict=True):
            setattr(found, name, value)
        return found


LIMIT, OFFSET = Hole("limit"), Hole("offset")
PART = {"tail": " LIMIT %s OFFSET %s"}


class PartOf(Expression):
    """The ids of one part of a queryset. To pass over the rows before it, ids are enough."""

    def __init__(self, rows: QuerySet[Any]) -> None:
        super().__init__(output_field=BigIntegerField())
        self.ids = CompiledQuery(rows.values_list("pk"), LIMIT, OFFSET, **PART)

    def as_sql(self, compiler: Any, connection: Any) -> tuple[str, tuple[Any, ...]]:
        return self.ids.sql, tuple(self.ids.params)


class CompiledList:
    """The queries that count a queryset's rows, and read any part of them.

    Args:
        rows: ordered, with holes.
        told: makes of rows what is told of them, by `values_list`.
    """

    # A count from here on takes long, and is kept for so many seconds, for so many sets of values.
    MANY, SECONDS, SETS = 10_000, 2.0, 1000

    def __init__(self, rows: QuerySet[Any], told: Callable[[QuerySet[Any]], QuerySet[Any]]) -> None:
        def part(of: QuerySet[Any]) -> CompiledQuery:
            ids = rows.model._default_manager.filter(pk__in=PartOf(of))
            return CompiledQuery(told(ids.order_by(*rows.query.order_by)))

        self.first = CompiledQuery(told(rows), LIMIT, OFFSET, **PART)
        self.onward, self.backward = part(rows), part(rows.reverse())
        self.number = CompiledQuery(
            rows.order_by().values_list("pk"), head="SELECT COUNT(*) FROM (", tail=") counted"
        )
        self.kept: dict[Row, tuple[int, float]] = {}

    def count(self, values: Values) -> int:
        """How many rows there are; of many, how many there were a moment ago."""
        key, now = self.number.filled(values), time.monotonic()
        number, until = self.kept.get(key, (0, 0.0))
        if until > now:
            return number
        [(number,)] = self.number.fetch(values)
        if number >= self.MANY:
            if len(self.kept) >= self.SETS:
                self.kept.clear()
            self.kept[key] = number, now + self.SECONDS
        return int(number)

    def part(self, start: int, stop: int, number: int, values: Values) -> list[Row]:
        """The rows from `start` to `stop` of `number`, read from the nearer end."""
        if not number:
            return []
        if not start:
            return self.first.fetch({**values, "limit": stop, "offset": 0})
        size = min(stop, number) - start
        if start <= number - start - size:
            return self.onward.fetch({**values, "limit": size, "offset": start})
        return self.backward.fetch({**values, "limit": size, "offset": number - start - size})


class Listing:
    """A compiled list with its values: what a paginator counts and slices."""

    def __init__(self, queries: CompiledList, build: Callable[[Row], Any], **values: Any) -> None:
        self.queries, self.build, self.values = queries, build, values
        self.number: int | None = None

    def count(self) -> int:
        if self.number is None:
            self.number = self.queries.count(self.values)
        return self.number

    def __len__(self) -> int:
        return self.count()

    def __getitem__(self, wanted: slice) -> list[Any]:
        rows = self.queries.part(wanted.start, wanted.stop, self.count(), self.values)
        return [self.build(row) for row in rows]


class CompiledSeries:
    """The queries that read rows by their ids, from one end or from an id on.

    Args:
        rows: with holes.
        shape: a named tuple of their columns.
    """

    def __init__(self, rows: QuerySet[Any], shape: Any, *, newest_first: bool) -> None:
        lookup, order = ("pk__lt", "-pk") if newest_first else ("pk__gt", "pk")
        ordered = rows.order_by(order).values_list(*shape._fields)
        self.build = shape._make
        self.beginning = CompiledQuery(ordered, LIMIT, tail=" LIMIT %s")
        further = ordered.filter(**{lookup: Hole("start")})
        self.further = CompiledQuery(further, LIMIT, tail=" LIMIT %s")


class Series:
    """A compiled series with its values, for `core.pagination.answer_array`."""

    def __init__(self, queries: CompiledSeries, **values: Any) -> None:
        self.queries, self.values = queries, values

    def part(self, start: int | None, limit: int) -> list[Any]:
        """So many rows at most, behind the one with that id."""
        query = self.queries.beginning if start is None else self.queries.further
        rows = query.fetch({**self.values, "start": start, "limit": limit})
        return [self.queries.build(row) for row in rows]


# ── One of several ids ───────────────────────────────────────────────────────────────────────
# A list in SQL has a length, and so a statement of its own. Lengths are rounded up to powers of
# two, so that there are few of them, and the last id fills the places that are left.


def room_for(ids: Sequence[int]) -> int:
    """The length of a list that has room for them."""
    return 1 << (len(ids) - 1).bit_length()


class Holes(Expression):
    """A list of so many ids, to be found `in`."""

    def __init__(self, length: int) -> None:
        super().__init__(output_field=BigIntegerField())
        self.holes = [Hole(f"id{number}") for number in range(length)]

    def as_sql(self, compiler: Any, connection: Any) -> tuple[str, tuple[Any, ...]]:
        return ", ".join(["%s"] * len(self.holes)), tuple(self.holes)


def numbered(ids: Sequence[int]) -> dict[str, int]:
    """What goes into those holes."""
    padded = [*ids, *[ids[-1]] * (room_for(ids) - len(ids))]
    return {f"id{number}": each for number, each in enumerate(padded)}
