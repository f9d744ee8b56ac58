"""Django's database backend for PostgreSQL, with what makes hot reads fast."""

from __future__ import annotations

import select
from functools import cache
from typing import Any, Self

from django.db.backends.postgresql import base, schema
from psycopg.adapt import AdaptersMap
from psycopg.types.datetime import TimestamptzLoader


@cache
def adapters(template: AdaptersMap) -> AdaptersMap:
    """Django's, with psycopg's own loader of moments."""
    ours = AdaptersMap(template)
    ours.register_loader("timestamptz", TimestamptzLoader)
    return ours


def is_open(connection: Any) -> bool:
    """To a connection that waits a server says nothing but that it closes it. So a look at the
    socket tells that, where Django's check is a trip to the server for each request."""
    waiting = select.poll()
    waiting.register(connection.fileno(), select.POLLIN)
    return not waiting.poll(0)


# The stubs know neither the cursors nor what is below the wrapper's surface.
djangos: Any = base


# Statements that may take as long as they need, and wait for locks as long.
NO_STATEMENT_TIMEOUT = "-c statement_timeout=0 -c lock_timeout=0"


class SchemaEditor(schema.DatabaseSchemaEditor):
    """Migrations may take their time: building an index on a large table does."""

    def __enter__(self) -> Self:
        editor: Self = super().__enter__()
        self.set_limits("SET statement_timeout = 0; SET lock_timeout = 0")
        return editor

    def __exit__(self, *failure: Any) -> None:
        try:
            super().__exit__(*failure)
        finally:
            self.set_limits("RESET statement_timeout; RESET lock_timeout")

    def set_limits(self, statement: str) -> None:
        with self.connection.cursor() as cursor:
            cursor.execute(statement)


class DatabaseWrapper(base.DatabaseWrapper):
    """Reads moments by psycopg's C code, offers cursors that prepare, and asks no server whether it
    is still there. What takes long, migrations and the clock's jobs, has no limit of time.

    Attributes:
        has_no_statement_timeout: whether connections are made without the limits, beside the pool.

    Django has a loader of its own, in Python, that puts moments into the connection's zone. Here
    all connections are in UTC, and so is what psycopg reads.
    """

    SchemaEditorClass = SchemaEditor
    has_no_statement_timeout = False

    @property
    def pool(self) -> Any:
        return None if self.has_no_statement_timeout else super().pool

    def get_connection_params(self) -> dict[str, Any]:
        params: dict[str, Any] = super().get_connection_params()
        # Django's cursors never prepare, whatever this says: they bind on the client's side.
        if self.has_no_statement_timeout:
            params["options"] = f"{params.get('options', '')} {NO_STATEMENT_TIMEOUT}"
        return params | {"context": adapters(params["context"]), "prepare_threshold": 0}

    def get_new_connection(self, conn_params: dict[str, Any]) -> Any:
        """One of the pool that is still open."""
        while True:
            connection = super().get_new_connection(conn_params)
            if not self.pool or is_open(connection):
                return connection
            connection.close()
            self.pool.putconn(connection)  # which then makes another

    def create_cursor(self, name: str | None = None) -> Any:
        """Django's, but for the look at the loader's zone."""
        if name is None:
            return self.connection.cursor()
        keep = self.connection.autocommit
        return djangos.ServerSideCursor(self.connection, name=name, scrollable=False, withhold=keep)

    def preparing_cursor(self) -> Any:
        """A cursor whose statements the server plans once for each connection, not each time:
        planning a list of sessions takes it longer than running it."""
        self.close_if_health_check_failed()
        self.ensure_connection()
        with self.wrap_database_errors:
            cursor = djangos.ServerBindingCursor(self.connection)
            return self._prepare_cursor(cursor)  # type: ignore[attr-defined]  # as above
