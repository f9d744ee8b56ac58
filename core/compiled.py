"""Hot reads: the ORM writes a query's SQL once, and it is run with other values each time.

Building a queryset and compiling it costs several times what running it does. Here a queryset is
built once, with a `Param` where a value goes, and its SQL is kept; the ORM stays its only author.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

from django.db import connection
from django.db.models import BigIntegerField, Expression, Field, QuerySet, TextField

Row = tuple[Any, ...]
Values = Mapping[str, Any]


class Param(Expression):
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

    def bind(self, values: Values) -> Any:
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
            cursor.execute(self.sql, self.bind(values))
            yield cursor

    def cursor(self) -> Any:
        return preparing_cursor()

    def bind(self, values: Values) -> tuple[Any, ...]:
        return tuple(each.bind(values) if isinstance(each, Param) else each for each in self.params)


class CompiledQuery(Statement):
    """The SQL of a queryset of `values_list`.

    Args:
        rows: with holes, and not sliced.
        head, tail: SQL around it.
        holes: those of the tail.
    """

    def __init__(self, rows: QuerySet[Any], *holes: Param, head: str = "", tail: str = "") -> None:
        self.compiler = rows.query.get_compiler(rows.db)
        sql, params = self.compiler.as_sql()
        super().__init__(f"{head}{sql}{tail}", [*params, *holes])
        columns = [column for column, *_ in self.compiler.select]
        self.converters = {} if head else self.compiler.get_converters(columns)
        self.finds_texts = any(isinstance(each, Param) and each.is_text for each in self.params)

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


# ── One of several ids ───────────────────────────────────────────────────────────────────────
# A list in SQL has a length, and so a statement of its own. Lengths are rounded up to powers of
# two, so that there are few of them, and the last id fills the places that are left.


def rounded_length(ids: Sequence[int]) -> int:
    """The length of a list that has room for them."""
    return 1 << (len(ids) - 1).bit_length()


class ParamList(Expression):
    """A list of so many ids, to be found `in`."""

    def __init__(self, length: int) -> None:
        super().__init__(output_field=BigIntegerField())
        self.holes = [Param(f"id{number}") for number in range(length)]

    def as_sql(self, compiler: Any, connection: Any) -> tuple[str, tuple[Any, ...]]:
        return ", ".join(["%s"] * len(self.holes)), tuple(self.holes)


def numbered_ids(ids: Sequence[int]) -> dict[str, int]:
    """What goes into those holes."""
    padded = [*ids, *[ids[-1]] * (rounded_length(ids) - len(ids))]
    return {f"id{number}": each for number, each in enumerate(padded)}
