"""Preparations before a server starts: migrations, demo data, static files, and the limit of open
files."""

from __future__ import annotations

import fcntl
import logging
import resource
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from django.conf import settings
from django.contrib.staticfiles.finders import get_finders
from django.contrib.staticfiles.storage import staticfiles_storage
from django.core.management import CommandError, call_command
from django.db import OperationalError, connection
from django.utils import timezone

from core.db.migration_operations import is_lock_timeout
from core.http.static import HashedFiles
from operations import demo

logger = logging.getLogger(__name__)

# An arbitrary number for an advisory lock that nothing else uses.
MIGRATION_LOCK = 26_11_2026
# Seconds between two attempts to get a lock that another instance holds.
PAUSE = 0.2
# Seconds before each new attempt of a migration that didn't get a lock in time.
PAUSES_BEFORE_RETRIES = range(1, 11)


def allow_many_connections() -> None:
    """Raise the process's limit of open files, and so of connections, to the system's maximum. The
    usual limit of 1,024 is too low for a push server, or if many clients are idle."""
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))


def prepare_database() -> None:
    """Migrate, and load the demo data if `DEMO_DATA` is set and there are no users.

    Raises:
        CommandError: if the database can't be used.
    """
    try:
        with one_at_a_time():
            migrate()
            if settings.DEMO_DATA:
                demo.load(timezone.now())
    except OperationalError as error:
        raise CommandError(f"The database in DATABASE_URL can't be used: {error}") from None
    finally:
        close_connections()


def migrate() -> None:
    """Migrate; if a table is locked, by a long query for example, try again after a pause.

    Raises:
        CommandError: if it is still locked at the last attempt.
    """
    for pause in (*PAUSES_BEFORE_RETRIES, None):
        try:
            call_command("migrate", verbosity=0)
            return
        except OperationalError as error:
            if not is_lock_timeout(error):
                raise
            if pause is None:
                raise CommandError(
                    "A migration needs a table that is in use by a long transaction, such as a "
                    "backup. Start again when that has ended."
                ) from None
            logger.warning("A migration didn't get its lock: again in %s seconds.", pause)
            time.sleep(pause)


def close_connections() -> None:
    """Close all connections and the threads of the pool, so that the process can be forked."""
    connection.close()
    if connection.vendor == "postgresql":
        connection.close_pool()  # type: ignore[attr-defined]


@contextmanager
def one_at_a_time() -> Iterator[None]:
    """On PostgreSQL, make other instances that start at the same time wait.

    They poll instead of waiting for the lock, since a waiting statement would block an index that
    is built concurrently.
    """
    if connection.vendor != "postgresql":
        yield
        return
    with connection.cursor() as cursor:
        while not call_with_lock(cursor, "SELECT pg_try_advisory_lock(%s)"):
            time.sleep(PAUSE)
    try:
        yield
    finally:
        with connection.cursor() as cursor:
            call_with_lock(cursor, "SELECT pg_advisory_unlock(%s)")


def call_with_lock(cursor: object, statement: str) -> bool:
    cursor.execute(statement, [MIGRATION_LOCK])  # type: ignore[attr-defined]
    return bool(cursor.fetchone()[0])  # type: ignore[attr-defined]


def collect_static_files() -> None:
    """Collect, hash and compress the static files if they changed since the last time.

    Raises:
        CommandError: if they can't be written.
    """
    try:
        if isinstance(staticfiles_storage, HashedFiles):
            collect_once(Path(settings.STATIC_ROOT))
    except OSError as error:
        raise CommandError(f"The static files can't be collected: {error}") from None


def collect_once(folder: Path) -> None:
    """Collect them into this folder; several instances of one checkout take turns."""
    if is_collected(folder):  # as in an image, whose files are read-only
        return
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / ".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not is_collected(folder):
            call_command("collectstatic", interactive=False, verbosity=0)


def is_collected(folder: Path) -> bool:
    """Whether all static files are collected, and none was modified after that."""
    manifest = folder / HashedFiles.manifest_name
    if not manifest.exists():
        return False
    collected, _ = HashedFiles().load_manifest()
    collected_at = manifest.stat().st_mtime
    return all(
        name in collected and Path(storage.path(name)).stat().st_mtime <= collected_at
        for finder in get_finders()
        for name, storage in finder.list([])
    )
