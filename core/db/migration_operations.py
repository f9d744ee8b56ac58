"""Migration operations that don't block running servers: see `docs/migrations.md`."""

from __future__ import annotations

import logging
from typing import Any

from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import DatabaseError, OperationalError, ProgrammingError
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations import AddConstraint, AddIndex, RemoveConstraint
from django.db.migrations.operations.base import Operation
from django.db.models import CheckConstraint, Model
from django.utils.text import camel_case_to_spaces
from psycopg.errors import LockNotAvailable

logger = logging.getLogger(__name__)


class AddIndexOnline(AddIndexConcurrently):
    """Adds an index without blocking writes, in a migration with `atomic = False`.

    PostgreSQL builds it concurrently. The migration can be repeated: an unfinished index of an
    interrupted attempt is replaced, and a finished one is kept.
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


class RemoveCheckOnline(RemoveConstraint):
    """Removes a check constraint in a migration with `atomic = False`, which can be repeated."""

    def database_forwards(
        self, app_label: str, schema_editor: Any, from_state: Any, to_state: Any
    ) -> None:
        if schema_editor.connection.vendor != "postgresql":
            super().database_forwards(app_label, schema_editor, from_state, to_state)
            return
        model: type[Model] = from_state.apps.get_model(app_label, self.model_name)
        table, name = map(schema_editor.quote_name, (model._meta.db_table, self.name))
        schema_editor.execute(f"ALTER TABLE {table} DROP CONSTRAINT IF EXISTS {name}")


class AddCheckOnline(AddConstraint):
    """Adds a check constraint without a long lock, in a migration with `atomic = False`: PostgreSQL
    applies it to new rows first, and then validates the old ones."""

    constraint: CheckConstraint

    def database_forwards(
        self, app_label: str, schema_editor: Any, from_state: Any, to_state: Any
    ) -> None:
        if schema_editor.connection.vendor != "postgresql":
            super().database_forwards(app_label, schema_editor, from_state, to_state)
            return
        model: type[Model] = to_state.apps.get_model(app_label, self.model_name)
        table, name = map(schema_editor.quote_name, (model._meta.db_table, self.constraint.name))
        # An earlier attempt may have been interrupted.
        schema_editor.execute(f"ALTER TABLE {table} DROP CONSTRAINT IF EXISTS {name}")
        statement = f"{self.constraint.create_sql(model, schema_editor)} NOT VALID"
        schema_editor.execute(statement, params=None)
        schema_editor.execute(f"ALTER TABLE {table} VALIDATE CONSTRAINT {name}")


def is_lock_timeout(error: DatabaseError) -> bool:
    """Whether a statement was cancelled because it waited too long for a lock."""
    return isinstance(error.__cause__, LockNotAvailable)


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
    """Adds an index for `icontains`, in a migration with `atomic = False`.

    PostgreSQL needs the extension pg_trgm, which the owner of a database may create. If that is
    refused, the migration logs a warning, and searches use no index. SQLite has no such index.
    """

    reversible = True

    def __init__(self, model_name: str, name: str, fields: list[str]) -> None:
        self.model_name, self.name, self.fields = model_name, name, fields

    def state_forwards(self, app_label: str, state: Any) -> None:
        """Change nothing: the index isn't part of the models."""

    def database_forwards(
        self, app_label: str, schema_editor: Any, from_state: Any, to_state: Any
    ) -> None:
        if schema_editor.connection.vendor != "postgresql":
            return
        try:
            schema_editor.execute("CREATE EXTENSION IF NOT EXISTS pg_trgm")
        except (ProgrammingError, OperationalError) as error:
            if is_lock_timeout(error):
                raise
            logger.warning("Searches for words will use no index: %s", error)
            return
        quote = schema_editor.quote_name
        table = quote(to_state.apps.get_model(app_label, self.model_name)._meta.db_table)
        # The expression that Django uses for `icontains`.
        columns = ", ".join(f"UPPER({quote(each)}::text) gin_trgm_ops" for each in self.fields)
        # An interrupted attempt may have left an unusable index.
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
    """Keeps the content type of a renamed or moved model, and so its permissions and log entries.

    Django does that only if `RenameModel` also renames the table.

    Args:
        old, new: the names of the model's class.
        old_app: the app that the model was in, by default the migration's own.
    """

    def __init__(self, old: str, new: str, *, old_app: str = "") -> None:
        self.old, self.new, self.old_app = old, new, old_app

    def state_forwards(self, app_label: str, state: Any) -> None:
        """Change nothing: content types aren't part of the models' state."""

    def database_forwards(
        self, app_label: str, schema_editor: Any, from_state: Any, to_state: Any
    ) -> None:
        old, new = (self.old_app or app_label, self.old), (app_label, self.new)
        self.rename(schema_editor, to_state.apps, old, new)

    def database_backwards(
        self, app_label: str, schema_editor: Any, from_state: Any, to_state: Any
    ) -> None:
        old, new = (self.old_app or app_label, self.old), (app_label, self.new)
        self.rename(schema_editor, from_state.apps, new, old)

    def rename(
        self, schema_editor: Any, apps: Any, now: tuple[str, str], later: tuple[str, str]
    ) -> None:
        """Rename the content type and the permissions from one (app, class) to another."""
        (old_app, old), (new_app, new) = now, later
        alias = schema_editor.connection.alias
        types = apps.get_model("contenttypes", "ContentType").objects.using(alias)
        permissions = apps.get_model("auth", "Permission").objects.using(alias)
        found = types.filter(app_label=old_app, model=old.lower()).first()
        if found is None:  # a new database: content types are created after all migrations
            return
        types.filter(pk=found.pk).update(app_label=new_app, model=new.lower())
        old_words, new_words = camel_case_to_spaces(old), camel_case_to_spaces(new)
        for permission in permissions.filter(content_type=found.pk):
            permission.codename = permission.codename.replace(old.lower(), new.lower())
            permission.name = permission.name.replace(old_words, new_words)
            permission.save()

    def describe(self) -> str:
        return f"Rename the content type of {self.old} to {self.new}"
