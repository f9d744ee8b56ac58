"""Changes of the database that don't stop the servers that are running: `docs/migrations.md`."""

from __future__ import annotations

import logging
from typing import Any

from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import OperationalError, ProgrammingError
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations import AddConstraint, AddIndex
from django.db.migrations.operations.base import Operation
from django.db.models import CheckConstraint, Model
from django.utils.text import camel_case_to_spaces

logger = logging.getLogger(__name__)


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


class AddWordIndex(Operation):
    """An index that finds parts of texts, for `icontains`, in a migration with `atomic = False`.

    PostgreSQL needs its extension pg_trgm, which the owner of a database may create. Where that is
    refused, words are looked for without an index, and the migration says so. SQLite has no such
    index.
    """

    reversible = True

    def __init__(self, model_name: str, name: str, fields: list[str]) -> None:
        self.model_name, self.name, self.fields = model_name, name, fields

    def state_forwards(self, app_label: str, state: Any) -> None:
        """The models don't know of it."""

    def database_forwards(
        self, app_label: str, schema_editor: Any, from_state: Any, to_state: Any
    ) -> None:
        if schema_editor.connection.vendor != "postgresql":
            return
        try:
            schema_editor.execute("CREATE EXTENSION IF NOT EXISTS pg_trgm")
        except (ProgrammingError, OperationalError) as error:
            logger.warning("Words will be looked for without an index: %s", error)
            return
        quote = schema_editor.quote_name
        table = quote(to_state.apps.get_model(app_label, self.model_name)._meta.db_table)
        # As Django writes what it looks for.
        columns = ", ".join(f"UPPER({quote(each)}::text) gin_trgm_ops" for each in self.fields)
        # What an attempt that was broken off has left can't be used.
        schema_editor.execute(f"DROP INDEX CONCURRENTLY IF EXISTS {quote(self.name)}")
        schema_editor.execute(
            f"CREATE INDEX CONCURRENTLY {quote(self.name)} ON {table} USING gin ({columns})"
        )

    def database_backwards(
        self, app_label: str, schema_editor: Any, from_state: Any, to_state: Any
    ) -> None:
        if schema_editor.connection.vendor == "postgresql":
            name = schema_editor.quote_name(self.name)
            schema_editor.execute(f"DROP INDEX CONCURRENTLY IF EXISTS {name}")

    def describe(self) -> str:
        return f"Find words in {', '.join(self.fields)} of {self.model_name} by {self.name}"


class RenameContentType(Operation):
    """Lets a renamed model keep its content type, and with it its permissions and its entries in
    the log of staff acts. Django does that only where `RenameModel` renames the table, too.

    Args:
        old, new: the names of the model's class.
    """

    def __init__(self, old: str, new: str) -> None:
        self.old, self.new = old, new

    def state_forwards(self, app_label: str, state: Any) -> None:
        """The models' state knows no content types."""

    def database_forwards(
        self, app_label: str, schema_editor: Any, from_state: Any, to_state: Any
    ) -> None:
        self.rename(app_label, schema_editor, to_state.apps, self.old, self.new)

    def database_backwards(
        self, app_label: str, schema_editor: Any, from_state: Any, to_state: Any
    ) -> None:
        self.rename(app_label, schema_editor, from_state.apps, self.new, self.old)

    def rename(self, app_label: str, schema_editor: Any, apps: Any, old: str, new: str) -> None:
        alias = schema_editor.connection.alias
        types = apps.get_model("contenttypes", "ContentType").objects.using(alias)
        permissions = apps.get_model("auth", "Permission").objects.using(alias)
        found = types.filter(app_label=app_label, model=old.lower()).first()
        if found is None:  # a new database: its content types are made after all migrations
            return
        types.filter(pk=found.pk).update(model=new.lower())
        old_words, new_words = camel_case_to_spaces(old), camel_case_to_spaces(new)
        for permission in permissions.filter(content_type=found.pk):
            permission.codename = permission.codename.replace(old.lower(), new.lower())
            permission.name = permission.name.replace(old_words, new_words)
            permission.save()

    def describe(self) -> str:
        return f"Rename the content type of {self.old} to {self.new}"
