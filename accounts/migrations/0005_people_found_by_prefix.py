"""Staff find people by how a user name or an address begins. PostgreSQL needs an index of another
order for that: its collation's isn't that of prefixes. SQLite reads the whole table, which is small."""

from django.db import migrations

INDEXES = {"person_username_begins": "username", "person_email_begins": "email"}


def add(apps, schema_editor):
    if schema_editor.connection.vendor == "postgresql":
        for name, column in INDEXES.items():
            # What an attempt that was broken off has left can't be used.
            schema_editor.execute(f"DROP INDEX CONCURRENTLY IF EXISTS {name}")
            schema_editor.execute(
                f"CREATE INDEX CONCURRENTLY {name} ON accounts_user "
                f"(UPPER({column}::text) text_pattern_ops)"
            )


def remove(apps, schema_editor):
    if schema_editor.connection.vendor == "postgresql":
        for name in INDEXES:
            schema_editor.execute(f"DROP INDEX CONCURRENTLY IF EXISTS {name}")


class Migration(migrations.Migration):
    atomic = False  # concurrently: people go on signing up meanwhile

    dependencies = [
        ("accounts", '0004_figures_by_day'),
    ]

    operations = [migrations.RunPython(add, remove)]
