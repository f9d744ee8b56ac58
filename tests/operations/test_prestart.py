"""The steps before a production server starts: one instance at a time migrates, without making
others wait long, and the static files are collected if they have changed."""

from __future__ import annotations

import os
import threading
import time
from concurrent.futures import ThreadPoolExecutor

import psycopg
import pytest
from django.contrib.staticfiles import finders
from django.contrib.staticfiles.storage import staticfiles_storage
from django.core.management import CommandError, call_command
from django.db import connection
from django.templatetags.static import static

from core.db.postgresql import base
from operations import prestart
from operations.prestart import (
    MIGRATION_LOCK,
    collect_static_files,
    migrate,
    one_at_a_time,
)
from tests.support.waiting import until

STYLE = "body { color: black }\n" * 200


@pytest.fixture
def source(settings, tmp_path):
    """The only static file, in the settings of a production server."""
    file = tmp_path / "source" / "page.css"
    file.parent.mkdir()
    file.write_text(STYLE)
    os.utime(file, (1, 1))
    settings.STATIC_ROOT = tmp_path / "collected"
    settings.STATICFILES_DIRS = [file.parent]
    settings.STATICFILES_FINDERS = ["django.contrib.staticfiles.finders.FileSystemFinder"]
    settings.STORAGES = settings.STORAGES | {
        "staticfiles": {"BACKEND": "core.http.static.HashedFiles"}
    }
    finders.get_finder.cache_clear()
    yield file
    finders.get_finder.cache_clear()


@pytest.fixture
def manifest(settings, source):
    return settings.STATIC_ROOT / "staticfiles.json"


def test_static_files_are_hashed_and_compressed_only_if_they_have_changed(source, manifest):
    assert static("page.css") == "/static/page.css"  # WhiteNoise serves it from its source

    collect_static_files()
    first = manifest.stat().st_mtime_ns
    names = sorted(each.name.count(".") for each in manifest.parent.glob("page.*"))
    collect_static_files()
    assert manifest.stat().st_mtime_ns == first

    assert names == [1, 2, 2, 3]  # page.css, page.<hash>.css, and both as .gz
    os.utime(source)
    collect_static_files()
    assert manifest.stat().st_mtime_ns > first


def test_a_new_static_file_is_collected(source, manifest):
    collect_static_files()
    (source.parent / "new.css").write_text(STYLE)
    os.utime(source.parent / "new.css", (1, 1))

    collect_static_files()

    assert "new.css" in manifest.read_text()


def test_a_page_links_to_static_files_by_their_hashed_names(source, manifest):
    collect_static_files()
    staticfiles_storage.hashed_files = staticfiles_storage.load_manifest()[0]

    assert static("page.css").count(".") == 2


def test_a_folder_that_can_not_be_written_stops_the_start_with_a_sentence(source, manifest):
    manifest.parent.write_text("a file")

    with pytest.raises(CommandError, match="The static files can't be collected"):
        collect_static_files()


def test_a_development_server_collects_nothing(settings, tmp_path):
    settings.STATIC_ROOT = tmp_path / "collected"

    collect_static_files()

    assert not settings.STATIC_ROOT.exists()


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_an_instance_polls_while_another_one_migrates():
    order = []

    def come_second():
        with one_at_a_time():
            order.append("second")
        connection.close()

    with psycopg.connect(database_url(), autocommit=True) as other:
        other.execute("SELECT pg_advisory_lock(%s)", [MIGRATION_LOCK])
        second = threading.Thread(target=come_second)
        second.start()
        polling = "SELECT count(*) FROM pg_stat_activity WHERE query LIKE '%pg_try_advisory_lock%'"
        waiting = "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND NOT granted"
        until(lambda: other.execute(polling).fetchone()[0] > 1)
        assert other.execute(waiting).fetchone()[0] == 0
        order.append("first")
        other.execute("SELECT pg_advisory_unlock(%s)", [MIGRATION_LOCK])
        second.join()

    assert order == ["first", "second"]


def database_url():
    """The URL of the database that this process tests with."""
    return os.environ["DATABASE_URL"].rpartition("/")[0] + "/" + connection.settings_dict["NAME"]


@pytest.fixture
def shelf(transactional_db, settings):
    """An app with a table, and a migration of it that is still to be run."""
    settings.INSTALLED_APPS = [*settings.INSTALLED_APPS, "tests.operations.shelf"]
    call_command("migrate", "shelf", "0001", verbosity=0)
    yield
    call_command("migrate", "shelf", "zero", verbosity=0)


def columns():
    with connection.cursor() as cursor:
        described = connection.introspection.get_table_description(cursor, "shelf_book")
    return [column.name for column in described]


def migrate_in_thread():
    try:
        migrate()
    finally:
        connection.close()


@pytest.mark.postgres
def test_a_migration_gives_way_to_readers_while_a_long_one_holds_its_table_and_succeeds_later(
    shelf,
):
    waiting = "SELECT 1 FROM pg_locks WHERE NOT granted AND relation = 'shelf_book'::regclass"
    url = database_url()
    with (
        ThreadPoolExecutor(1) as pool,
        psycopg.connect(url, autocommit=True) as observer,
        psycopg.connect(url) as long_reader,
        psycopg.connect(url, options="-c lock_timeout=10s") as reader,
    ):
        long_reader.execute("SELECT * FROM shelf_book")  # holds the table until its end
        migrating = pool.submit(migrate_in_thread)
        until(lambda: observer.execute(waiting).fetchone())

        began = time.monotonic()
        reader.execute("SELECT * FROM shelf_book")  # is queued behind the migration
        waited = time.monotonic() - began
        reader.rollback()

        assert waited < 5
        assert not migrating.done()
        assert columns() == ["id"]
        long_reader.rollback()
        migrating.result(timeout=20)

    assert columns() == ["id", "pages"]


@pytest.mark.postgres
def test_a_migration_that_gets_no_lock_at_its_last_attempt_ends_the_start_with_a_sentence(
    shelf, monkeypatch
):
    monkeypatch.setattr(base, "MIGRATION_LOCK_TIMEOUT", "50ms")
    monkeypatch.setattr(prestart, "PAUSES_BEFORE_RETRIES", (0, 0))
    with psycopg.connect(database_url()) as long_reader:
        long_reader.execute("SELECT * FROM shelf_book")

        with pytest.raises(CommandError, match="in use by a long transaction"):
            migrate()

    assert columns() == ["id"]
    migrate()
    assert columns() == ["id", "pages"]
