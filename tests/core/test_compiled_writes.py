"""Compiled writes do the same as the ORM, and keep its rules."""

from __future__ import annotations

import pytest
from django.db import IntegrityError, transaction
from django.db.models import F, TextField
from django.utils import timezone

from accounts.models import User
from core.db.compiled import Param
from core.db.compiled_writes import CompiledUpdate, insert
from core.lifecycle import StatusWrittenError
from notifications.events import Type
from notifications.models import Notification
from sessions_app.models import Participant, Session

pytestmark = [pytest.mark.django_db, pytest.mark.database]


def notification(person, text):
    return Notification(user=person, type=Type.GENERAL, title=text, message=text)


@pytest.mark.parametrize("number", [0, 1, 3])
def test_rows_are_inserted_with_all_columns_and_get_their_ids(person, number):
    rows = [notification(person(), f"It's {{}} %s \\ «{each}»") for each in range(number)]

    assert insert(rows) == rows

    found = list(Notification.objects.order_by("pk").values())
    assert found == [{key: row.__dict__[key] for key in found[0]} for row in rows]
    for row in rows:
        row.read = True
        row.save()  # updates the row, and inserts no second one
    assert Notification.objects.filter(read=True).count() == number


def test_a_row_that_violates_a_constraint_raises_the_orms_exception(session, person):
    place, somebody, now = session(), person(), timezone.now()
    insert([Participant(session=place, user=somebody, joined_at=now)])

    with pytest.raises(IntegrityError), transaction.atomic():
        insert([Participant(session=place, user=somebody, joined_at=now)])

    assert Participant.objects.count() == 1


def test_an_update_sets_the_given_columns_and_returns_the_number_of_rows(person):
    one, other = person(), person()
    renaming = CompiledUpdate(
        User.objects.filter(pk=Param("pk")),
        first_name=Param("name", TextField()),
        last_name=F("username"),
    )

    assert renaming.run(pk=one.pk, name="%s'; --") == 1
    assert renaming.run(pk=0, name="Nobody") == 0

    one.refresh_from_db()
    assert (one.first_name, one.last_name) == ("%s'; --", one.username)
    assert User.objects.get(pk=other.pk).first_name == other.first_name


def test_a_compiled_update_cannot_write_a_status_either():
    with pytest.raises(StatusWrittenError):
        CompiledUpdate(Session.objects.all(), status="completed")
