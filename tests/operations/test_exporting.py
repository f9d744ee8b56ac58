"""`manage.py export_user`: everything about a person, and only the names of others."""

from __future__ import annotations

import io
import json
import stat

import pytest
from django.apps import apps
from django.contrib.admin.models import LogEntry
from django.core.management import CommandError, call_command

from accounts.models import User
from operations.privacy.exporting import FORMAT, LEFT_OUT, SECTIONS
from tests.operations.full_life import SECRETS

pytestmark = pytest.mark.django_db


def export(who: str = "zquill") -> dict:
    out = io.StringIO()
    call_command("export_user", who, stdout=out)
    return json.loads(out.getvalue())


def test_every_column_that_points_to_a_person_is_exported_or_left_out_for_a_reason():
    """A new table or column fails this test until somebody decides whether to export it."""
    pointing = {
        (model, field.name)
        for model in apps.get_models()
        if not model._meta.proxy
        for field in model._meta.concrete_fields
        if field.is_relation and field.related_model is User
    }
    exported = {(section.model, column) for section in SECTIONS for column in section.columns}

    assert len(pointing) > 20
    assert pointing - exported == set(LEFT_OUT)
    assert exported <= pointing
    many = {
        field.name for model in apps.get_models() for field in model._meta.many_to_many
        if User in (model, field.related_model)
    }  # fmt: skip
    assert many == {"groups", "user_permissions"}, "these belong to the account"


@pytest.mark.database
def test_a_full_life_fills_every_section(life):
    document = export()

    assert document["format"] == FORMAT
    assert [name for name, value in document.items() if not value] == []
    kinds = {"notification", "password_reset", "email_change", "email_notice"}
    assert {each["kind"] for each in document["mails"]} == kinds
    text = json.dumps(document, ensure_ascii=False).lower()
    missing = [each for each in SECRETS if each.lower() not in text]
    assert missing == ["Earlierson"], "an old name, which is only in the notifications of others"


def test_an_export_has_no_secrets_and_only_the_names_of_others(life):
    text = json.dumps(export())

    assert life.person.password not in text
    assert "digest" not in text
    assert "token_generation" not in text
    assert '"name": "Ben"' in text
    for other in User.objects.exclude(pk=life.person.pk):
        assert other.email not in text


def test_an_export_does_not_reveal_who_has_blocked_the_person(life):
    document = export("cyd")

    assert document["blocks"] == []
    assert "zquill" not in json.dumps(document)


def test_the_acts_of_staff_on_the_account_are_exported_without_their_names(life):
    document = export()

    [*_, last] = document["acts_of_staff_on_the_account"]
    assert last["change_message"] == "Changed"
    assert "user" not in last
    assert len(document["acts_as_staff"]) == LogEntry.objects.filter(user=life.person).count()


def test_a_file_is_readable_by_its_owner_only_and_leaves_no_other_file(person, tmp_path):
    person("zquill")
    path = tmp_path / "zquill.json"
    call_command("export_user", "zquill", "--output", str(path))

    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert json.loads(path.read_text())["account"]["username"] == "zquill"
    assert [each.name for each in tmp_path.iterdir() if each.is_file()] == ["zquill.json"]


def test_an_export_that_fails_says_why_in_a_sentence(person, tmp_path):
    person("zquill")
    with pytest.raises(CommandError, match="There is nobody with"):
        call_command("export_user", "nobody")
    with pytest.raises(CommandError, match="The file can't be written"):
        call_command("export_user", "zquill", "--output", str(tmp_path / "no" / "folder.json"))
    (tmp_path / "folder").mkdir()
    with pytest.raises(CommandError, match="The file can't be written"):
        call_command("export_user", "zquill", "--output", str(tmp_path / "folder"))
    assert [each.name for each in tmp_path.iterdir()] == ["folder"], "no incomplete file is left"
