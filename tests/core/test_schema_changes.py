"""Indexes and constraints that are added without blocking writes, and renamed content types."""

from __future__ import annotations

import os
import threading
from types import SimpleNamespace

import psycopg
import pytest
from django.apps import apps
from django.contrib.admin.models import CHANGE, LogEntry
from django.contrib.auth.models import Permission
from django.contrib.contenttypes.models import ContentType
from django.db import connection
from django.db.models import F, Index

from core.db.migration_operations import (
    AddCheckOnline,
    AddIndexOnline,
    RemoveCheckOnline,
    RenameContentType,
    is_index_usable,
)
from core.db.postgresql import base
from tests.support.waiting import until
from tests.test_migrations import CHECK, INDEX, book

# Enough for changes of rows: SQLite can't create a real editor inside a test's transaction.
EDITOR = SimpleNamespace(connection=connection)


@pytest.fixture
def table(transactional_db):
    """`table(operation, backwards=False)`: apply the operation to the table of books."""
    state = book()
    model = state.apps.get_model("shelf", "Book")
    with connection.schema_editor() as editor:
        editor.create_model(model)

    def change(operation, *, backwards=False):
        after = state.clone()
        operation.state_forwards("shelf", after)
        states = (after, state) if backwards else (state, after)
        apply = operation.database_backwards if backwards else operation.database_forwards
        with connection.schema_editor(atomic=False) as editor:
            apply("shelf", editor, *states)

    yield change
    with connection.schema_editor() as editor:
        editor.delete_model(model)


def constraints():
    with connection.cursor() as cursor:
        return connection.introspection.get_constraints(cursor, "shelf_book")


@pytest.mark.database
def test_an_index_is_added_and_removed_online(table):
    operation = AddIndexOnline("Book", INDEX)

    table(operation)
    assert constraints()["book_title"]["index"]

    table(operation, backwards=True)
    assert "book_title" not in constraints()


@pytest.mark.postgres
def test_an_invalid_index_is_built_again_and_a_valid_one_is_kept(table):
    operation = AddIndexOnline("Book", Index(F("title"), name="Book Title"))
    broken = "UPDATE pg_index SET indisvalid = false WHERE indexrelid = '\"Book Title\"'::regclass"
    table(operation)
    with connection.cursor() as cursor:
        cursor.execute(broken)

    table(operation)
    with connection.schema_editor() as editor:
        assert is_index_usable(editor, "Book Title")
        assert is_index_usable(editor, "no_such_index") is None
    table(operation)


@pytest.mark.database
def test_a_check_is_added_and_removed_online(table):
    operation = AddCheckOnline("Book", CHECK)

    table(operation)
    assert constraints()["book_titled"]["check"]
    if connection.vendor == "postgresql":
        table(operation)  # again, as after an attempt that was interrupted

    table(operation, backwards=True)
    assert "book_titled" not in constraints()


@pytest.mark.postgres
def test_a_check_is_removed_online_even_by_a_repeated_attempt(table):
    table(AddCheckOnline("Book", CHECK))

    for _ in range(2):
        table(RemoveCheckOnline("Book", "book_titled"))
        assert "book_titled" not in constraints()


@pytest.mark.postgres
def test_a_concurrent_build_waits_for_running_transactions_without_a_timeout(table, monkeypatch):
    monkeypatch.setattr(base, "MIGRATION_LOCK_TIMEOUT", "1ms")
    url = os.environ["DATABASE_URL"].rpartition("/")[0] + "/" + connection.settings_dict["NAME"]
    with psycopg.connect(url, autocommit=True) as observer, psycopg.connect(url) as reader:
        reader.execute("INSERT INTO shelf_book (title) VALUES ('Trees')")
        build = threading.Thread(target=add_index_in_thread, args=[table])
        build.start()
        waiting = (
            "SELECT 1 FROM pg_stat_activity WHERE query LIKE 'CREATE INDEX CONCURRENTLY%' "
            "AND wait_event_type = 'Lock' AND now() - query_start > '50 ms'"
        )
        until(lambda: observer.execute(waiting).fetchone())
        reader.rollback()
        build.join()

    assert constraints()["book_title"]["index"]


def add_index_in_thread(table):
    table(AddIndexOnline("Book", INDEX))
    connection.close()


def test_a_renamed_model_keeps_its_permissions_and_its_log_entries(staff, student):
    kind = ContentType.objects.create(app_label="shelf", model="oldbook")
    names = {"codename": "view_oldbook", "name": "Can view old book"}
    student.user_permissions.add(Permission.objects.create(content_type=kind, **names))
    entry = LogEntry.objects.create(user=staff, content_type=kind, action_flag=CHANGE)
    operation, state = RenameContentType("OldBook", "PaperBook"), SimpleNamespace(apps=apps)

    operation.database_forwards("shelf", EDITOR, state, state)

    entry.refresh_from_db()
    permission = student.user_permissions.get()
    assert permission.content_type == entry.content_type
    assert permission.content_type.model == "paperbook"
    assert (permission.codename, permission.name) == ("view_paperbook", "Can view paper book")

    operation.database_backwards("shelf", EDITOR, state, state)
    assert student.user_permissions.get().codename == "view_oldbook"


def test_in_a_new_database_there_is_no_content_type_to_rename_yet(db):
    operation, state = RenameContentType("OldBook", "PaperBook"), SimpleNamespace(apps=apps)

    operation.database_forwards("shelf", EDITOR, state, state)

    assert not ContentType.objects.filter(app_label="shelf").exists()
