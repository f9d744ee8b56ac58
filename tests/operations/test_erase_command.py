"""`manage.py erase_user`: whom it finds, whom it refuses, and what others keep."""

from __future__ import annotations

import io
from functools import partial

import pytest
from django.core.management import CommandError, call_command
from django.db import connections
from django.utils import timezone

from accounts.models import User
from notifications.models import Notification
from operations.privacy import UnclearError, find_person
from operations.privacy.erasing import erase
from tests.support.racing import at_once

pytestmark = pytest.mark.django_db


def test_a_name_that_is_taken_is_not_given_again(person):
    zed = person("zquill")
    person(f"erased-{zed.pk}")

    call_command("erase_user", "zquill", "--yes", stdout=io.StringIO())

    zed.refresh_from_db()
    assert zed.username == f"erased-{zed.pk}-2"


def test_another_person_with_the_same_name_keeps_it(person):
    names = {"first_name": "Zebedee", "last_name": "Quillfeather"}
    person("zquill", **names)
    about = {"user": person(), "type": "session_update", "title": "New participant in Algebra"}
    message = "Zebedee Quillfeather joined your session."
    kept = Notification.objects.create(
        **about, event="joined", named=person("twin", **names), message=message
    )

    call_command("erase_user", "zquill", "--yes", stdout=io.StringIO())

    kept.refresh_from_db()
    assert kept.message == message


def test_the_last_superuser_can_not_be_erased(person):
    person("root", is_superuser=True)
    person("gone", is_superuser=True, is_active=False)

    with pytest.raises(CommandError, match="root is the last superuser"):
        call_command("erase_user", "root", "--yes")

    assert User.objects.get(username="root").is_active


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_erasing_the_last_two_superusers_at_once_keeps_one(person):
    def try_to_erase(user):
        try:
            erase(user, now=timezone.now())
        except UnclearError:
            return "kept"
        finally:
            connections.close_all()
        return "erased"

    for number in range(5):
        User.objects.update(is_superuser=False)
        two = [person(f"{name}{number}", is_superuser=True) for name in ("root", "admin")]
        done = at_once([partial(try_to_erase, user) for user in two])
        assert sorted(done) == ["erased", "kept"]


def test_without_yes_the_name_must_be_typed(person, monkeypatch):
    person("zquill")
    for answer in ("yes", ""):
        monkeypatch.setattr("builtins.input", lambda prompt, answer=answer: answer)
        with pytest.raises(CommandError, match="Nothing was changed"):
            call_command("erase_user", "zquill", stdout=io.StringIO())
    assert User.objects.get(username="zquill").is_active

    monkeypatch.setattr("builtins.input", lambda prompt: "zquill")
    call_command("erase_user", "zquill", stdout=io.StringIO())
    assert not User.objects.filter(username="zquill").exists()


def test_a_person_is_found_by_name_address_or_id(person):
    zed = person("zquill")

    for who in ("ZQUILL", "Zquill@Example.com", str(zed.pk)):
        assert find_person(who) == zed


@pytest.mark.parametrize("who", ["nobody", "no@example.com", "0", "9" * 5000, "²", "", "\udcff"])
def test_an_unknown_person_is_refused_with_a_sentence(db, who):
    with pytest.raises(UnclearError, match="There is nobody with"):
        find_person(who)


def test_a_number_that_matches_two_people_is_refused(person):
    zed = person("zquill")
    person(str(zed.pk))

    with pytest.raises(UnclearError, match="give the e-mail address"):
        find_person(str(zed.pk))
