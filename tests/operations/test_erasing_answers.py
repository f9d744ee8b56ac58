"""The answers stored for an `Idempotency-Key`, when a person whom they name is erased."""

from __future__ import annotations

import pytest
from django.core.management import call_command

from tests.support.envelope import refused
from zoom.models import OneOnOneSession

pytestmark = pytest.mark.django_db


def test_an_answer_that_names_them_is_erased_and_its_request_is_not_repeated(life, api):
    def propose():
        body = {"participant_id": life.person.pk}
        key = {"HTTP_IDEMPOTENCY_KEY": "k"}
        return api(life.friend).post("/v1/sessions/create/", body, **key)

    assert propose().json()["participant"]["username"] == "zquill"
    before = OneOnOneSession.objects.count()
    call_command("erase_user", "zquill", "--yes", verbosity=0)

    refused(propose(), 410, "answer_erased")
    assert OneOnOneSession.objects.count() == before
    assert not life.person.idempotency_keys.exists()
