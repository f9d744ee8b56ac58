"""Migrations are applied while servers with the old code run. Operations that break the old code
are refused, unless the migration says why they don't (`docs/migrations.md`)."""

from __future__ import annotations

from pathlib import Path

import pytest
from django.apps import apps
from django.db import migrations, models
from django.db.migrations.loader import MigrationLoader
from django.db.models import CheckConstraint, Index, Q

from core.db.migration_operations import AddCheckOnline, AddIndexOnline, AddWordIndex
from tests.server import ROOT

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
ONLINE = (AddIndexOnline, AddCheckOnline, AddWordIndex)
# Operations that never break the old code.
HARMLESS = (
    *(migrations.CreateModel, migrations.AlterModelOptions, migrations.AlterModelManagers),
    *(migrations.RemoveConstraint, migrations.RemoveIndex, migrations.RunPython),
)
# Operations that remove what old code may use. They complete an earlier migration.
CONTRACTIONS = (migrations.RemoveField, migrations.DeleteModel)


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
