"""One connection for each thread. Statements are prepared the first time they run."""

import os
import threading

import psycopg

local = threading.local()


def execute(statement, values):
    """Run the statement in a transaction of its own. Return its rows."""
    if not hasattr(local, "connection"):
        local.connection = psycopg.connect(
            os.environ["DATABASE_URL"],
            autocommit=True,
            prepare_threshold=0,
            options="-c TimeZone=UTC",
        )
    return local.connection.execute(statement, values).fetchall()
