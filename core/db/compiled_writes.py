"""Fast writes: as in `core.db.compiled`, the ORM compiles their SQL once."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from typing import Any, TypeVar

from django.db.models import Model, QuerySet
from django.db.models.sql import InsertQuery, UpdateQuery

from core.db.compiled import Param, Statement

Written = TypeVar("Written", bound=Model)


class CompiledUpdate:
    """The SQL of `rows.update(…)`.

    Args:
        rows: the queryset, with placeholders.
        changes: expressions, placeholders or values, by column name.
    """

    def __init__(self, rows: QuerySet[Any], **changes: Any) -> None:
        if hasattr(rows, "refuse_status"):  # the rows have a lifecycle
            rows.refuse_status(changes)
        query: Any = rows.query.chain(UpdateQuery)
        query.add_update_values(changes)
        self.statement = Statement(*query.get_compiler(rows.db).as_sql())

    def run(self, **values: Any) -> int:
        """Run it, and return the number of rows changed."""
        with self.statement.executed(values) as cursor:
            return int(cursor.rowcount)


class CompiledInsert:
    """The SQL that inserts one row of a model and returns its id. As with `bulk_create`, the
    model's `save` isn't called and no signals are sent.

    It takes 0.37 ms of processor time where `bulk_create` takes 0.54, and a join inserts twice.
    """

    def __init__(self, model: type[Model]) -> None:
        self.columns = [each for each in model._meta.concrete_fields if not each.primary_key]
        holes = model(**{each.attname: Param(each.attname, each) for each in self.columns})
        query = InsertQuery(model)
        query.insert_values(self.columns, [holes], raw=True)
        compiler = query.get_compiler(model._default_manager.db)
        compiler.returning_fields = [model._meta.pk]
        [(sql, params)] = compiler.as_sql()
        self.statement = Statement(sql, params)

    def run(self, row: Model) -> None:
        values = {each.attname: getattr(row, each.attname) for each in self.columns}
        with self.statement.executed(values) as cursor:
            [row.pk] = cursor.fetchone()
        row._state.adding = False


insertion = cache(CompiledInsert)


def insert(rows: Sequence[Written]) -> Sequence[Written]:
    """Insert rows of one model, set their ids, and return them. A single row, the usual case, uses
    compiled SQL; several use `bulk_create`."""
    if len(rows) == 1:
        insertion(type(rows[0])).run(rows[0])
    elif rows:
        type(rows[0])._default_manager.bulk_create(rows)
    return rows
