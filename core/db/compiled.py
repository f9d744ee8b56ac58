"""Fast reads: the ORM compiles a query once, and it is run many times with different values.

Building and compiling a queryset takes several times as long as running it. Here a queryset is
built once, with a `Param` in place of each value, and its SQL is kept. Nobody writes SQL by hand.
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
    """A placeholder in a queryset for a value that is given when the query is run. Its type is that
    of `field`, by default that of an id."""

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
    """SQL some of whose parameters are `Param` placeholders."""

    def __init__(self, sql: str, params: Sequence[Any]) -> None:
        self.sql, self.params = sql, params

    @contextmanager
    def executed(self, values: Values) -> Iterator[Any]:
        """Run it, and give its cursor. The database plans it once per connection.

        Args:
            values: the values of the placeholders, by name.
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
        rows: the queryset, with placeholders and not sliced.
        holes: the placeholders in `tail`.
        head, tail: SQL before and after the queryset's.
    """

    def __init__(self, rows: QuerySet[Any], *holes: Param, head: str = "", tail: str = "") -> None:
        self.compiler = rows.query.get_compiler(rows.db)
        sql, params = self.compiler.as_sql()
        super().__init__(f"{head}{sql}{tail}", [*params, *holes])
        columns = [column for column, *_ in self.compiler.select]
        self.converters = {} if head else self.compiler.get_converters(columns)
        self.finds_texts = any(isinstance(each, Param) and each.is_text for each in self.params)

    def fetch(self, values: Values) -> list[Row]:
        """Run it, and return its rows."""
        with self.executed(values) as cursor:
            rows: list[Row] = cursor.fetchall()
        if self.converters:
            return [tuple(row) for row in self.compiler.apply_converters(rows, self.converters)]
        return rows

    def cursor(self) -> Any:
        """Return a cursor; searches for texts are planned each time, as the best plan depends on
        the text."""
        return connection.cursor() if self.finds_texts else super().cursor()


def preparing_cursor() -> Any:
    """Return a cursor that reuses plans: SQLite's all do, PostgreSQL's only on request."""
    return getattr(connection, "preparing_cursor", connection.cursor)()


class CompiledRow:
    """A compiled queryset of at most one row, read as a model instance with its annotations."""

    def __init__(self, rows: QuerySet[Any]) -> None:
        self.model = rows.model
        self.columns = [column.attname for column in rows.model._meta.concrete_fields]
        self.annotations = list(rows.query.annotations)
        self.query = CompiledQuery(rows.values_list(*self.columns, *self.annotations))

    def first(self, **values: Any) -> Any:
        """Return the row; None if there is none."""
        rows = self.query.fetch(values)
        if not rows:
            return None
        own = len(self.columns)
        found = self.model.from_db(connection.alias, self.columns, rows[0][:own])
        for name, value in zip(self.annotations, rows[0][own:], strict=True):
            setattr(found, name, value)
        return found


# ── Lists of ids ─────────────────────────────────────────────────────────────────────────────
# Each length of a list needs a statement of its own. To keep these few, lengths are rounded up to
# powers of two, and the last id is repeated to fill the list.


def rounded_length(ids: Sequence[int]) -> int:
    """Return the rounded length for these ids."""
    return 1 << (len(ids) - 1).bit_length()


class ParamList(Expression):
    """A list of `length` placeholders for ids, for an `__in` lookup."""

    def __init__(self, length: int) -> None:
        super().__init__(output_field=BigIntegerField())
        self.holes = [Param(f"id{number}") for number in range(length)]

    def as_sql(self, compiler: Any, connection: Any) -> tuple[str, tuple[Any, ...]]:
        return ", ".join(["%s"] * len(self.holes)), tuple(self.holes)


def numbered_ids(ids: Sequence[int]) -> dict[str, int]:
    """Return the values of those placeholders."""
    padded = [*ids, *[ids[-1]] * (rounded_length(ids) - len(ids))]
    return {f"id{number}": each for number, each in enumerate(padded)}
