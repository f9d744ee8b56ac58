"""A migration is applied while servers with the old code run: what they couldn't bear is refused,
unless it says why they can (`docs/migrations.md`)."""

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
# What every server has applied: no old code is left that knew less.
RELEASED = {
    "accounts": "0002_mail",
    "friendships": "0002_message_session",
    "materials": "0001_initial",
    "notifications": "0001_initial",
    "sessions_app": "0002_reminder_round",
    "zoom": "0001_initial",
}
ONLINE = (AddIndexOnline, AddCheckOnline, AddWordIndex)
# For whatever the old code does, these change nothing.
HARMLESS = (
    *(migrations.CreateModel, migrations.AlterModelOptions, migrations.AlterModelManagers),
    *(migrations.RemoveConstraint, migrations.RemoveIndex, migrations.RunPython),
)
# What the old code reads or writes must be there: the contraction of what was expanded before.
CONTRACTIONS = (migrations.RemoveField, migrations.DeleteModel)


def problems(migration, state, known):
    """What old code couldn't bear of a migration, a sentence each.

    Args:
        state: the project's models before it; those after it when this returns.
        known: the names of the migrations before it, as `app.name`.
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
        found.append(f"{migration}: what is done online needs atomic = False")
    return [] if is_excused(migration, known) else found


def problem(operation, before, migration):
    if isinstance(operation, (*HARMLESS, *ONLINE)):
        return ""
    if isinstance(operation, CONTRACTIONS):
        return "old code uses it still; name the migration that expanded in `contract_of`"
    if isinstance(operation, migrations.AddField):
        return "" if is_unknown_bearable(operation.field) else "old code writes rows without it"
    if isinstance(operation, migrations.AlterField):
        old = before.models[migration.app_label, operation.model_name_lower].fields[operation.name]
        return "" if is_widened(old, operation.field) else "it narrows what old code may write"
    if isinstance(operation, migrations.AddIndex):
        return "it locks the table: AddIndexOnline doesn't"
    if isinstance(operation, migrations.AddConstraint):
        return "it locks the table while it looks at every row: AddCheckOnline doesn't"
    return "old code may not bear it"


def is_unknown_bearable(field):
    """Whether a row may be written by code that doesn't know of the column."""
    return field.many_to_many or field.null or field.has_db_default()


def is_widened(old, new):
    """Whether every value that the old column took fits into the new one."""
    if old.get_internal_type() != new.get_internal_type() or (old.null and not new.null):
        return False
    if (new.unique and not old.unique) or (old.has_db_default() and not new.has_db_default()):
        return False
    if old.get_attname_column() != new.get_attname_column():
        return False
    return new.max_length is None or (old.max_length or 0) <= new.max_length


def is_excused(migration, known):
    """Whether it names the migration before it that it completes, or a reason."""
    contracted = getattr(migration, "contract_of", "")
    reason = getattr(migration, "old_code_bears_it_because", "")
    return contracted in known or len(reason.split()) >= 4


def later_migrations():
    """Each of ours that isn't everywhere yet, with the models before it and the names of all before
    it."""
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


def test_servers_with_the_old_code_bear_every_migration_that_is_not_everywhere_yet():
    found = [each for migration in later_migrations() for each in problems(*migration)]

    assert found == []


def test_what_is_taken_for_released_is_there():
    nodes = MigrationLoader(None).graph.nodes

    assert set(RELEASED) <= OURS
    assert [node for node in RELEASED.items() if node not in nodes] == []


# ── The rules themselves ─────────────────────────────────────────────────────────────────────


def book():
    state = migrations.state.ProjectState()
    fields = [
        ("id", models.BigAutoField(primary_key=True)),
        ("title", models.CharField(max_length=9)),
    ]
    migrations.CreateModel("Book", fields).state_forwards("shelf", state)
    return state


def judge(*operations, **attributes):
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
def test_what_old_code_could_not_bear_is_refused_unless_it_is_said_why_it_can(operation):
    assert len(judge(operation)) == 1
    assert len(judge(operation, contract_of="shelf.0003_never")) == 1
    assert len(judge(operation, old_code_bears_it_because="yes")) == 1
    assert judge(operation, contract_of="shelf.0001_initial") == []
    assert judge(operation, old_code_bears_it_because="nobody has ever read it") == []


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
def test_what_old_code_bears_is_not_refused(operations):
    state = book()
    if isinstance(operations[0], migrations.RemoveConstraint):
        migrations.AddConstraint("Book", CHECK).state_forwards("shelf", state)
    migration = migrations.Migration("0002_change", "shelf")
    migration.operations = operations

    assert problems(migration, state, set()) == []


@pytest.mark.parametrize(
    "operation", [AddIndexOnline("Book", INDEX), AddCheckOnline("Book", CHECK)]
)
def test_what_is_done_online_is_done_outside_a_transaction(operation):
    assert len(judge(operation)) == 1
    assert judge(operation, atomic=False) == []
