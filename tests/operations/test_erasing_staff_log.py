"""The log of staff acts keeps what was done to a person, but not who it was."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.contrib.admin.models import LogEntry
from django.core.management import call_command
from django.test import Client

from accounts import staff_acts
from accounts.models import User
from sessions_app import services
from sessions_app.models import Session
from tests.accounts.test_admin import form_of, page_of
from tests.operations.full_life import publish, seen
from tests.operations.test_erasing import whole_database

pytestmark = [pytest.mark.django_db, pytest.mark.database]


@pytest.fixture
def staff(person):
    return person("root", is_staff=True, is_superuser=True)


@pytest.fixture
def ada(person):
    return person("adalove", last_name="Lovelace")


def erase(who: User) -> None:
    call_command("erase_user", str(who.pk), "--yes")


def logged() -> list[tuple[str, str]]:
    return list(LogEntry.objects.order_by("pk").values_list("object_repr", "change_message"))


def test_the_name_of_a_person_whom_staff_removed_and_deactivated_is_erased(
    ada, staff, instructor, session, join, now
):
    joined = session()
    join(joined, ada)
    [place] = joined.participants.all()
    services.remove_participant(place, by=staff, now=now, reason="AdaLove never comes")
    asked = publish(instructor, now, title="Geometry")
    services.join(seen(asked, ada), by=ada, now=now, message="")
    offered, kept = publish(ada, now), publish(ada, now, title="Topology")
    services.join(seen(kept, instructor), by=instructor, now=now, message="")
    reason = "Mails from AdaLove@Example.com, who is adalove"
    staff_acts.deactivate(ada, by=staff, now=now, reason=reason, clear=True)
    assert whole_database().lower().count("adalove") > 4, "the search must find what is there"

    erase(ada)

    left = whole_database().lower()
    assert "adalove" not in left
    assert "lovelace" not in left
    name = f"erased-{ada.pk}"
    given = f"The reason: Mails from {name}, who is {name}"
    assert not Session.objects.filter(pk=offered.pk).exists()
    assert logged() == [
        (joined.title, f"Removed {name} ({ada.pk}). The reason: {name} never comes"),
        (name, f"Deactivated. {given}"),
        ("Algebra", f"Cancelled. {given}"),
        ("Topology", f"Cancelled. {given}"),
        ("Geometry", f"Withdrew the request of {name} ({ada.pk}). {given}"),
    ]


def test_the_names_before_and_after_a_renaming_by_staff_are_erased(
    ada, staff, session, join, now, client: Client
):
    joined = session()
    join(joined, ada)
    [place] = joined.participants.all()
    services.remove_participant(place, by=staff, now=now)
    client.force_login(staff)
    client.post(page_of(ada), form_of(client, ada) | {"username": "countess"})
    ada.refresh_from_db()
    assert ada.username == "countess"

    erase(ada)

    left = whole_database().lower()
    assert "adalove" not in left
    assert "countess" not in left


def test_a_short_name_is_erased_where_an_entry_names_it(person, staff, session, join, now):
    al, joined = person("al"), session()
    join(joined, al)
    [place] = joined.participants.all()
    services.remove_participant(place, by=staff, now=now)

    erase(al)

    assert logged() == [(joined.title, f"Removed erased-{al.pk} ({al.pk})")]


def test_others_whom_staff_have_removed_keep_their_names(ada, person, staff, session, join, now):
    bo, joined = person("adalove.jones"), session()
    join(joined, bo)
    [place] = joined.participants.all()
    services.remove_participant(place, by=staff, now=now + timedelta(minutes=1))

    staff_acts.sign_out(bo, by=staff, now=now)

    erase(ada)

    assert logged() == [
        (joined.title, f"Removed adalove.jones ({bo.pk})"),
        ("adalove.jones", "Signed out everywhere"),
    ]


def test_a_search_for_the_person_in_an_entry_of_an_export_is_erased(ada, staff, client: Client):
    client.force_login(staff)
    chosen = {"action": "export_csv", "_selected_action": [ada.pk], "select_across": "1"}
    client.post("/admin/accounts/user/?q=adalove%40example.com", chosen)
    assert logged() == [("people", "Exported as CSV: q=adalove@example.com")]

    erase(ada)

    assert logged() == [("people", f"Exported as CSV: q=erased-{ada.pk}")]
