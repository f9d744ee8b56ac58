"""The audit log of 1-on-1 sessions is append-only, in the code and in the database."""

from __future__ import annotations

import pytest
from django.db import IntegrityError, connection, transaction

from zoom.models import AuditEntry
from zoom.querysets import AppendOnlyError

pytestmark = pytest.mark.django_db


def test_the_code_can_only_add_to_the_log(pending):
    entry = pending.audit_entries.get()
    entry.message = "Nothing happened."

    for change in (
        entry.save,
        entry.delete,
        AuditEntry.objects.all().delete,
        lambda: AuditEntry.objects.update(message=""),
        lambda: pending.audit_entries.update(message=""),
    ):
        with pytest.raises(
            AppendOnlyError, match=r"An entry of the log can't be (changed|deleted)"
        ):
            change()

    assert AuditEntry.objects.get().message == "Ada Byron created the session."


CHANGES = {"created_at": "now()", "user_id": "NULL", "metadata": "'{}'", "event_type": "'ended'"}


@pytest.mark.postgres
@pytest.mark.parametrize(
    "statement",
    [
        "DELETE FROM zoom_auditentry",
        *(f"UPDATE zoom_auditentry SET {name} = {value}" for name, value in CHANGES.items()),
    ],
)
def test_the_database_refuses_to_change_or_delete_entries(pending, statement):
    before = list(AuditEntry.objects.values())
    with (
        pytest.raises(IntegrityError, match="can't be changed or deleted"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(statement)

    assert list(AuditEntry.objects.values()) == before
    # Only the message may change, to remove the name of an erased user.
    assert AuditEntry.objects.all().reword("Somebody created the session.") == 1
