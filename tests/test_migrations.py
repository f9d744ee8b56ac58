"""Migrations are applied while servers with the old code run. Operations that break the old code
are refused, unless the migration says why they don't; so are those that could make it wait long
(`docs/migrations.md`)."""

from __future__ import annotations

from pathlib import Path

import pytest
from django.apps import apps
from django.db import migrations, models
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.utils import resolve_relation
from django.db.models import CheckConstraint, Index, Q

from core.db.migration_operations import (
    AddCheckOnline,
    AddIndexOnline,
    AddWordIndex,
    RemoveCheckOnline,
)
from tests.support.server import ROOT

OURS = {app.label for app in apps.get_app_configs() if Path(app.path).parent == ROOT}
# Every server has applied these migrations, and none runs older code.
RELEASED = {
    "accounts": "0002_mail",
    "friendships": "0002_message_session",
    "materials": "0001_initial",
    "notifications": "0001_initial",
    "sessions_app": "0002_reminder_round",
    "zoom": "0001_initial",
}
# These can be repeated after an interrupted attempt.
ONLINE = (AddIndexOnline, AddCheckOnline, AddWordIndex, RemoveCheckOnline)
# Operations that never break the old code.
HARMLESS = (
    *(migrations.CreateModel, migrations.AlterModelOptions, migrations.AlterModelManagers),
    *(migrations.RemoveConstraint, migrations.RemoveIndex, migrations.RunPython),
)
# Operations that remove what old code may use. They complete an earlier migration.
CONTRACTIONS = (migrations.RemoveField, migrations.DeleteModel)
# They lock a table that exists already, or rows of it, until the end of their transaction.
LOCKING = (
    *(migrations.AddField, migrations.AlterField, migrations.RemoveField, migrations.RenameField),
    *(migrations.AddIndex, migrations.RemoveIndex, migrations.RenameIndex),
    *(migrations.AddConstraint, migrations.RemoveConstraint, migrations.AlterUniqueTogether),
    *(migrations.DeleteModel, migrations.RenameModel, migrations.AlterModelTable),
    *(migrations.RunPython, migrations.RunSQL),
)
# Migrations from before the rule of one lock for each, and why they keep nobody waiting for long.
OLDER = {
    "accounts.0005_people_found_by_prefix": "it first drops what an attempt may have left",
    "accounts.0007_pending_email": "its two AlterFields change no column",
    "accounts.0010_known_networks_and_confirmed_addresses": "it locks the table of people only",
    "sessions_app.0006_last_reminder": "it locks the table of sessions only",
}


def problems(migration, state, known):
    """Return how a migration breaks old code, one sentence for each operation.

    Args:
        state: the project's models before the migration; it is changed to those after it.
        known: the names of the earlier migrations, as `app.name`.
    """
    found, made = [], set()
    for operation in migration.operations:
        before = state.clone()
        operation.state_forwards(migration.app_label, state)
        if isinstance(operation, migrations.CreateModel):
            made.add(operation.name_lower)
        model = getattr(operation, "model_name_lower", "")
        if model not in made and (why := problem(operation, before, migration)):
            found.append(f"{migration}: {operation.describe()}: {why}")
    if any(isinstance(each, ONLINE) for each in migration.operations) and migration.atomic:
        found.append(f"{migration}: online operations need atomic = False")
    return [] if is_excused(migration, known) else found


def problem(operation, before, migration):
    if isinstance(operation, (*HARMLESS, *ONLINE)):
        return ""
    if isinstance(operation, CONTRACTIONS):
        return "old code still uses it; name the migration that it completes in `contract_of`"
    if isinstance(operation, migrations.AddField):
        return "" if is_optional(operation.field) else "old code writes rows without it"
    if isinstance(operation, migrations.AlterField):
        old = before.models[migration.app_label, operation.model_name_lower].fields[operation.name]
        return "" if is_widened(old, operation.field) else "it refuses values of old code"
    if isinstance(operation, migrations.AddIndex):
        return "it locks the table; use AddIndexOnline"
    if isinstance(operation, migrations.AddConstraint):
        return "it locks the table while it checks every row; use AddCheckOnline"
    return "it may break old code"


def is_optional(field):
    """Whether code that doesn't know the column can write rows."""
    return field.many_to_many or field.null or field.has_db_default()


def is_widened(old, new):
    """Whether the new column accepts every value of the old one."""
    if old.get_internal_type() != new.get_internal_type() or (old.null and not new.null):
        return False
    if (new.unique and not old.unique) or (old.has_db_default() and not new.has_db_default()):
        return False
    if old.get_attname_column() != new.get_attname_column():
        return False
    return new.max_length is None or (old.max_length or 0) <= new.max_length


def is_excused(migration, known):
    """Whether the migration names an earlier migration that it completes, or a reason."""
    contracted = getattr(migration, "contract_of", "")
    reason = getattr(migration, "old_code_bears_it_because", "")
    return contracted in known or len(reason.split()) >= 4


def lock_problems(migration):
    """What would keep others waiting for long, a sentence each: a lock that is held while the
    migration waits for the next one, or an attempt that can't be repeated after a timeout."""
    operations = [each for operation in migration.operations for each in in_database(operation)]
    if not migration.atomic:
        return [
            f"{migration}: {each.describe()}: it can't be run again"
            for each in operations
            if not isinstance(each, ONLINE)
        ]
    made, locking = set(), []
    for each in operations:
        if isinstance(each, migrations.CreateModel):
            made.add((migration.app_label, each.name_lower))
            if referenced(each, migration.app_label) - made:
                locking.append(each)
        elif isinstance(each, LOCKING):
            model = getattr(each, "model_name_lower", getattr(each, "name_lower", ""))
            if (migration.app_label, model) not in made:
                locking.append(each)
    names = ", ".join(each.describe() for each in locking)
    return [f"{migration}: a migration of its own for each: {names}"] if len(locking) > 1 else []


def in_database(operation):
    if isinstance(operation, migrations.SeparateDatabaseAndState):
        return operation.database_operations
    return [operation]


def referenced(operation, app):
    """The models that the new one's foreign keys lead to: adding them locks those tables, too."""
    fields = [field for _, field in operation.fields if field.remote_field]
    return {resolve_relation(field.remote_field.model, app, operation.name) for field in fields}


def later_migrations():
    """Yield each of our unreleased migrations, with the models before it and the names of all
    earlier migrations."""
    graph = MigrationLoader(None).graph
    nodes = []
    for leaf in graph.leaf_nodes():
        nodes += [node for node in graph.forwards_plan(leaf) if node not in nodes]
    known = set()
    for app, name in nodes:
        if app in OURS and name > RELEASED.get(app, ""):
            before = [parent.key for parent in graph.node_map[app, name].parents]
            yield graph.nodes[app, name], graph.make_state(before), set(known)
        known.add(f"{app}.{name}")


def test_no_unreleased_migration_breaks_servers_with_the_old_code():
    found = [each for migration in later_migrations() for each in problems(*migration)]

    assert found == []


def test_no_migration_holds_a_lock_while_it_waits_for_another_and_each_can_be_repeated():
    found = {
        f"{migration.app_label}.{migration.name}": problems
        for migration, _, _ in later_migrations()
        if (problems := lock_problems(migration))
    }

    assert found.keys() == OLDER.keys(), list(found.values())


def test_the_released_migrations_exist():
    nodes = MigrationLoader(None).graph.nodes

    assert set(RELEASED) <= OURS
    assert [node for node in RELEASED.items() if node not in nodes] == []


# ── Tests of the rules ───────────────────────────────────────────────────────────────────────


def book():
    state = migrations.state.ProjectState()
    fields = [
        ("id", models.BigAutoField(primary_key=True)),
        ("title", models.CharField(max_length=9)),
    ]
    migrations.CreateModel("Book", fields).state_forwards("shelf", state)
    return state


def check(*operations, **attributes):
    migration = migrations.Migration("0002_change", "shelf")
    migration.operations = list(operations)
    for name, value in attributes.items():
        setattr(migration, name, value)
    return problems(migration, book(), {"shelf.0001_initial"})


PAGES = models.IntegerField()
INDEX = Index(fields=["title"], name="book_title")
CHECK = CheckConstraint(condition=~Q(title=""), name="book_titled")


@pytest.mark.parametrize(
    "operation",
    [
        migrations.RemoveField("Book", "title"),
        migrations.DeleteModel("Book"),
        migrations.RenameField("Book", "title", "name"),
        migrations.RenameModel("Book", "Volume"),
        migrations.AlterModelTable("Book", "volumes"),
        migrations.AddField("Book", "pages", PAGES),
        migrations.AddField("Book", "pages", models.IntegerField(default=0)),
        migrations.AlterField("Book", "title", models.CharField(max_length=8)),
        migrations.AlterField("Book", "title", models.CharField(max_length=9, unique=True)),
        migrations.AlterField("Book", "title", models.IntegerField()),
        migrations.AlterField("Book", "title", models.CharField(max_length=9, db_column="name")),
        migrations.AddIndex("Book", INDEX),
        migrations.AddConstraint("Book", CHECK),
        migrations.RunSQL("DROP TABLE book"),
    ],
    ids=lambda operation: operation.describe(),
)
def test_operations_that_break_old_code_are_refused_without_a_reason(operation):
    assert len(check(operation)) == 1
    assert len(check(operation, contract_of="shelf.0003_never")) == 1
    assert len(check(operation, old_code_bears_it_because="yes")) == 1
    assert check(operation, contract_of="shelf.0001_initial") == []
    assert check(operation, old_code_bears_it_because="nobody has ever read it") == []


@pytest.mark.parametrize(
    "operations",
    [
        [migrations.AddField("Book", "pages", models.IntegerField(null=True))],
        [migrations.AddField("Book", "pages", models.IntegerField(db_default=0))],
        [migrations.AlterField("Book", "title", models.CharField(max_length=90, null=True))],
        [migrations.CreateModel("Page", [("n", PAGES)]), migrations.AddIndex("Page", INDEX)],
        [migrations.RemoveConstraint("Book", "book_titled")],
    ],
    ids=lambda operations: operations[-1].describe(),
)
def test_operations_that_do_not_break_old_code_are_allowed(operations):
    state = book()
    if isinstance(operations[0], migrations.RemoveConstraint):
        migrations.AddConstraint("Book", CHECK).state_forwards("shelf", state)
    migration = migrations.Migration("0002_change", "shelf")
    migration.operations = operations

    assert problems(migration, state, set()) == []


@pytest.mark.parametrize(
    "operation", [AddIndexOnline("Book", INDEX), AddCheckOnline("Book", CHECK)]
)
def test_online_operations_must_be_outside_a_transaction(operation):
    assert len(check(operation)) == 1
    assert check(operation, atomic=False) == []


def shelf_migration(*operations, atomic=True):
    migration = migrations.Migration("0002_change", "shelf")
    migration.operations, migration.atomic = operations, atomic
    return migration


ADD = migrations.AddField("Book", "pages", models.IntegerField(null=True))
LINK = models.ForeignKey("shelf.Book", models.CASCADE)
PAGE = migrations.CreateModel("Page", [("n", PAGES)])
LINKED_PAGE = migrations.CreateModel("Page", [("book", LINK)])
BOOK = migrations.CreateModel("Book", [("n", PAGES)])
FILL = migrations.RunPython(migrations.RunPython.noop)


@pytest.mark.parametrize(
    "migration",
    [
        shelf_migration(ADD, ADD),
        shelf_migration(ADD, FILL),
        shelf_migration(ADD, LINKED_PAGE),
        shelf_migration(ADD, migrations.SeparateDatabaseAndState([ADD])),
        shelf_migration(ADD, atomic=False),
        shelf_migration(AddIndexOnline("Book", INDEX), FILL, atomic=False),
    ],
    ids=lambda migration: migration.operations[-1].describe(),
)
def test_a_migration_that_makes_others_wait_is_refused(migration):
    assert len(lock_problems(migration)) == 1


@pytest.mark.parametrize(
    "migration",
    [
        shelf_migration(ADD, PAGE, migrations.AddField("Page", "m", PAGES)),
        shelf_migration(BOOK, LINKED_PAGE, ADD, ADD),
        shelf_migration(ADD, migrations.SeparateDatabaseAndState([], [ADD])),
        shelf_migration(ADD, migrations.AlterModelOptions("Book", {})),
        shelf_migration(
            RemoveCheckOnline("Book", "book_titled"), AddCheckOnline("Book", CHECK), atomic=False
        ),
    ],
    ids=lambda migration: migration.operations[-1].describe(),
)
def test_a_migration_that_makes_nobody_wait_is_accepted(migration):
    assert lock_problems(migration) == []
