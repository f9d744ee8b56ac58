"""Join tokens: for people who may join, valid once and for an hour (contract O4, O6)."""

from __future__ import annotations

import hashlib
from datetime import datetime, timedelta

import pytest

from accounts.models import IdempotencyKey
from tests.support.envelope import refused
from tests.zoom.conftest import befriend
from zoom import services
from zoom.models import JoinToken

pytestmark = pytest.mark.django_db

VALIDATE = "/v1/sessions/join-token/validate/"


@pytest.fixture
def ready(active, ben, now):
    services.mark_ready(active, by=ben, now=now)
    return active


@pytest.fixture
def token(api, ready, ben):
    """A token of Ben's."""
    answer = api(ben).post(f"/v1/sessions/{ready.pk}/join-token/")
    assert answer.status_code == 201
    return answer.json()


def validate(client, text):
    return client.post(VALIDATE, {"token": text})


def test_a_token_is_random_and_stored_as_a_digest(api, ready, ben, token, now):
    row = JoinToken.objects.get()
    another = api(ben).post(f"/v1/sessions/{ready.pk}/join-token/").json()

    assert len(token["token"]) == 43  # 256 bits in base64
    assert another["token"] != token["token"]
    assert row.digest == hashlib.sha256(token["token"].encode()).hexdigest()
    assert token["token"] not in str(JoinToken.objects.values().first())
    expires = datetime.fromisoformat(token["expires_at"])
    assert timedelta(minutes=59) < expires - now <= timedelta(minutes=61)


def test_a_token_is_valid_once(api, ready, ben, token):
    first, again = (validate(api(ben), token["token"]) for _ in range(2))

    assert first.status_code == 200
    assert first.json()["session"]["id"] == ready.pk
    assert first.json()["zoom_meeting_url"] == ready.zoom_meeting_url
    refused(again, 400, "join_token_used")
    row = JoinToken.objects.get()
    assert (row.is_used, row.used_at is not None) == (True, True)
    [joined] = ready.audit_entries.filter(event_type="joined")
    assert (joined.user, joined.metadata) == (ben, {"source": "join_token"})


def test_an_idempotency_key_changes_nothing_and_no_answer_is_stored(api, ben, token):
    send = {"path": VALIDATE, "data": {"token": token["token"]}, "HTTP_IDEMPOTENCY_KEY": "k"}

    statuses = [api(ben).post(**send).status_code for _ in range(2)]

    assert statuses == [200, 400]
    assert IdempotencyKey.objects.count() == 0


def test_only_the_owner_of_a_token_can_use_it(api, ada, person, token, ben):
    for other in (ada, person()):
        refused(validate(api(other), token["token"]), 403, "join_token_not_yours")

    assert validate(api(ben), token["token"]).status_code == 200


@pytest.mark.parametrize("text", ["guessed", "a" * 43, "é", "%00", "{}"])
def test_a_guessed_token_is_unknown(api, ben, text):
    refused(validate(api(ben), text), 400, "join_token_unknown")


def test_a_digest_is_not_a_token(api, ben, token):
    refused(validate(api(ben), JoinToken.objects.get().digest), 400, "join_token_unknown")


@pytest.mark.parametrize("body", [{}, {"token": 5}, {"token": ""}, {"token": "x" * 201}])
def test_an_invalid_body_is_a_400(api, ben, body):
    refused(api(ben).post(VALIDATE, body), 400, "validation_error")


def test_a_token_expires_after_an_hour(api, ben, token, time_machine_at):
    client = api(ben)
    time_machine_at(datetime.fromisoformat(token["expires_at"]) + timedelta(seconds=1))
    client.credentials(HTTP_AUTHORIZATION=api(ben)._credentials["HTTP_AUTHORIZATION"])

    refused(validate(client, token["token"]), 400, "join_token_expired")


@pytest.mark.parametrize("end", ["end", "cancel"])
def test_a_token_is_invalid_after_the_session(api, ready, ada, ben, token, end):
    assert api(ada).post(f"/v1/sessions/{ready.pk}/{end}/").status_code == 200

    refused(validate(api(ben), token["token"]), 400, "not_active")
    assert JoinToken.objects.get().is_used is False


def test_a_token_is_invalid_after_the_friendship(api, ready, ben, person, token):
    assert api(ready.initiator).delete(f"/v1/friends/{ben.pk}/").status_code == 204

    refused(validate(api(ben), token["token"]), 400, "not_active")


def test_a_token_is_valid_for_its_own_session_only(api, ben, person, ready, token, now):
    zoe = person("zoe")
    befriend(ben, zoe, now)
    other = services.create(by=zoe, participant_id=ben.pk, now=now)
    services.start(other, by=zoe, now=now)

    assert validate(api(ben), token["token"]).json()["session"]["id"] == ready.pk


def test_a_token_is_valid_only_while_its_owner_may_join(api, active, ada, now):
    """Also if it was issued too early: this one is created directly in the database."""
    row = {"session": active, "user": ada, "expires_at": now + timedelta(hours=1)}
    JoinToken.objects.create(digest=hashlib.sha256(b"early").hexdigest(), **row)

    refused(validate(api(ada), "early"), 403, "other_not_ready")
    services.mark_ready(active, by=active.participant, now=now)
    assert validate(api(ada), "early").status_code == 200
