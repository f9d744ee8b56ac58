"""Django's database backend for PostgreSQL, with faster reads."""

from __future__ import annotations

import select
from functools import cache
from typing import Any, Self

from django.db.backends.postgresql import base, schema
from psycopg.adapt import AdaptersMap
from psycopg.types.datetime import TimestamptzLoader


@cache
def adapters(template: AdaptersMap) -> AdaptersMap:
    """Return Django's adapters, but with psycopg's own loader of date-times."""
    ours = AdaptersMap(template)
    ours.register_loader("timestamptz", TimestamptzLoader)
    return ours


def is_open(connection: Any) -> bool:
    """Whether the server has not closed this idle connection. The only data that the server sends
    on an idle connection is that it closes it, so checking the socket is enough. Django's check is
    a round trip for each request."""
    waiting = select.poll()
    waiting.register(connection.fileno(), select.POLLIN)
    return not waiting.poll(0)


# The type stubs lack the cursors and private methods of the wrapper.
djangos: Any = base


# Options for statements without limits on their time and on their wait for locks.
NO_STATEMENT_TIMEOUT = "-c statement_timeout=0 -c lock_timeout=0"
# How long a migration waits for a lock. Every request that comes after it waits behind it.
MIGRATION_LOCK_TIMEOUT = "3s"


class SchemaEditor(schema.DatabaseSchemaEditor):
    """A migration's statements may take any time, but wait for locks for 3 seconds only: what asks
    for a table after a waiting `ALTER TABLE` is queued behind it. `operations.prestart` tries the
    migration again later.

    A concurrent index build waits for any time: nobody is queued behind it, and stopping it would
    lose what is built.
    """

    def __enter__(self) -> Self:
        editor: Self = super().__enter__()
        self.run(f"SET statement_timeout = 0; SET lock_timeout = '{MIGRATION_LOCK_TIMEOUT}'")
        return editor

    def __exit__(self, *failure: Any) -> None:
        try:
            super().__exit__(*failure)
        finally:
            self.run("RESET statement_timeout; RESET lock_timeout")

    def execute(self, sql: Any, params: Any = ()) -> None:
        if "CONCURRENTLY" not in str(sql):
            super().execute(sql, params)
            return
        self.run("SET lock_timeout = 0")
        try:
            super().execute(sql, params)
        finally:
            self.run(f"SET lock_timeout = '{MIGRATION_LOCK_TIMEOUT}'")

    def run(self, statement: str) -> None:
        with self.connection.cursor() as cursor:
            cursor.execute(statement)


class DatabaseWrapper(base.DatabaseWrapper):
    """Loads date-times with psycopg's C code, offers prepared statements, and checks connections
    without a round trip. Scheduled jobs have no time limits, and migrations only one for locks.

    Django's own loader, in Python, converts date-times to the connection's zone. Here all
    connections are in UTC, and so is what psycopg returns.

    Attributes:
        has_no_statement_timeout: whether new connections have no limits and bypass the pool.
    """

    SchemaEditorClass = SchemaEditor
    has_no_statement_timeout = False

    @property
    def pool(self) -> Any:
        return None if self.has_no_statement_timeout else super().pool

    def get_connection_params(self) -> dict[str, Any]:
        params: dict[str, Any] = super().get_connection_params()
        # This only affects our own cursors: Django's bind on the client, and never prepare.
        if self.has_no_statement_timeout:
            params["options"] = f"{params.get('options', '')} {NO_STATEMENT_TIMEOUT}"
        return params | {"context": adapters(params["context"]), "prepare_threshold": 0}

    def get_new_connection(self, conn_params: dict[str, Any]) -> Any:
        """Return a connection of the pool that is still open."""
        while True:
            connection = super().get_new_connection(conn_params)
            if not self.pool or is_open(connection):
                return connection
            connection.close()
            self.pool.putconn(connection)  # which then opens a new one

    def create_cursor(self, name: str | None = None) -> Any:
        """Return a cursor as Django does, but without setting the loader's zone."""
        if name is None:
            return self.connection.cursor()
        keep = self.connection.autocommit
        return djangos.ServerSideCursor(self.connection, name=name, scrollable=False, withhold=keep)

    def preparing_cursor(self) -> Any:
        """Return a cursor whose statements the server plans once per connection, not each time:
        planning a list of sessions takes longer than running it."""
        self.close_if_health_check_failed()
        self.ensure_connection()
        with self.wrap_database_errors:
            cursor = djangos.ServerBindingCursor(self.connection)
            return self._prepare_cursor(cursor)  # type: ignore[attr-defined]  # as above
