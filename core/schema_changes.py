"""Changes of the database that don't stop the servers that are running: `docs/migrations.md`."""

from __future__ import annotations

from typing import Any

from django.contrib.postgres.operations import AddIndexConcurrently
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations import AddConstraint, AddIndex
from django.db.models import CheckConstraint, Model


class AddIndexOnline(AddIndexConcurrently):
    """An index that is built while people go on writing, in a migration with `atomic = False`.

    PostgreSQL builds it concurrently. What an attempt that was broken off has left is replaced, and
    an index that is there already is kept, so the migration can be run again.
    """

    def database_forwards(
        self, app_label: str, schema_editor: Any, from_state: Any, to_state: Any
    ) -> None:
        if schema_editor.connection.vendor != "postgresql":
            AddIndex.database_forwards(self, app_label, schema_editor, from_state, to_state)
            return
        is_usable = is_index_usable(schema_editor, self.index.name)
        if is_usable is False:
            name = schema_editor.quote_name(self.index.name)
            schema_editor.execute(f"DROP INDEX CONCURRENTLY IF EXISTS {name}")
        if not is_usable:
            super().database_forwards(app_label, schema_editor, from_state, to_state)

    def database_backwards(
        self, app_label: str, schema_editor: Any, from_state: Any, to_state: Any
    ) -> None:
        online = schema_editor.connection.vendor == "postgresql"
        backwards = super().database_backwards if online else self.remove_at_once
        backwards(app_label, schema_editor, from_state, to_state)

    def remove_at_once(self, *arguments: Any) -> None:
        AddIndex.database_backwards(self, *arguments)


class AddCheckOnline(AddConstraint):
    """A check that old rows are held to without a lock on them, in a migration with
    `atomic = False`: PostgreSQL takes it for new rows first, and then looks at the others."""

    constraint: CheckConstraint

    def database_forwards(
        self, app_label: str, schema_editor: Any, from_state: Any, to_state: Any
    ) -> None:
        if schema_editor.connection.vendor != "postgresql":
            super().database_forwards(app_label, schema_editor, from_state, to_state)
            return
        model: type[Model] = to_state.apps.get_model(app_label, self.model_name)
        table, name = map(schema_editor.quote_name, (model._meta.db_table, self.constraint.name))
        # Again from the start, if an earlier attempt was broken off.
        schema_editor.execute(f"ALTER TABLE {table} DROP CONSTRAINT IF EXISTS {name}")
        statement = f"{self.constraint.create_sql(model, schema_editor)} NOT VALID"
        schema_editor.execute(statement, params=None)
        schema_editor.execute(f"ALTER TABLE {table} VALIDATE CONSTRAINT {name}")


def is_index_usable(schema_editor: BaseDatabaseSchemaEditor, name: str) -> bool | None:
    """Whether PostgreSQL has finished building this index; None if there is none."""
    with schema_editor.connection.cursor() as cursor:
        cursor.execute(
            "SELECT indisvalid FROM pg_index WHERE indexrelid = to_regclass(quote_ident(%s))",
            [name],
        )
        row = cursor.fetchone()
    return None if row is None else bool(row[0])
