"""The steps before a production server starts: one instance at a time migrates, and the static
files are collected if they have changed."""

from __future__ import annotations

import os
import threading

import psycopg
import pytest
from django.contrib.staticfiles import finders
from django.contrib.staticfiles.storage import staticfiles_storage
from django.core.management import CommandError
from django.db import connection
from django.templatetags.static import static

from operations.prestart import (
    MIGRATION_LOCK,
    collect_static_files,
    one_at_a_time,
)
from tests.waiting import until

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

    url = os.environ["DATABASE_URL"].rpartition("/")[0] + "/" + connection.settings_dict["NAME"]
    with psycopg.connect(url, autocommit=True) as other:
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
