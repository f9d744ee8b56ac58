"""`Idempotency-Key` (contract C4): a POST with a key is carried out once, and repeating it returns
the same answer for a day. Requests without a key are unaffected."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.test.client import BOUNDARY, MULTIPART_CONTENT, encode_multipart

from accounts.jobs import forget_answers
from accounts.models import IdempotencyKey
from core.api.idempotency import KEPT
from sessions_app.models import Participant, Session
from tests.core.keyed import post, same
from tests.support.envelope import refused

pytestmark = pytest.mark.django_db

SECOND = timedelta(seconds=1)


# ── The same request ─────────────────────────────────────────────────────────────────────────


@pytest.mark.database
def test_the_same_key_and_body_are_carried_out_once_and_answered_the_same(ines, body):
    first = post(ines, "/api/sessions/", body)
    ines.patch(f"/api/sessions/{first.json()['id']}/", {"title": "Changed since"})
    again = post(ines, "/api/sessions/", body)

    assert first.status_code == 201
    same(first, again)
    assert Session.objects.count() == 1


def test_an_answer_without_a_body_is_repeated_without_one(api, student, session, person):
    offered = session(booking_mode="request", subject="Maths")
    client, path = api(student), f"/api/sessions/{offered.pk}/"
    post(client, f"{path}join/", key=None)
    first = post(client, f"{path}withdraw_request/")

    assert (first.status_code, first.content) == (204, b"")
    same(first, post(client, f"{path}withdraw_request/"))


def test_a_key_does_not_change_the_answer(ines, body):
    without = post(ines, "/api/sessions/", body, key=None)
    with_key = post(ines, "/api/sessions/", body)

    assert without.json().keys() == with_key.json().keys()
    headers = {"X-Request-ID", "Date"}
    assert set(without.headers) - headers == set(with_key.headers) - headers
    assert IdempotencyKey.objects.count() == 1


def test_nothing_is_stored_without_a_key(ines, body, django_assert_num_queries):
    with django_assert_num_queries(5):  # the person, the session, and its detail
        post(ines, "/api/sessions/", body, key=None)

    assert IdempotencyKey.objects.count() == 0


def test_the_same_key_of_another_person_is_a_different_key(api, session, person):
    offered = session()
    path = f"/api/sessions/{offered.pk}/join/"
    ada, ben = api(person("ada")), api(person("ben"))

    assert [post(each, path).status_code for each in (ada, ben)] == [201, 201]
    assert post(ada, path).json()["user"]["username"] == "ada"
    assert Participant.objects.count() == 2


def test_another_body_or_path_with_a_used_key_is_refused(ines, body):
    made = post(ines, "/api/sessions/", body).json()["id"]

    refused(post(ines, "/api/sessions/", body | {"title": "B"}), 422, "idempotency_key_reused")
    refused(post(ines, f"/api/sessions/{made}/start/", body), 422, "idempotency_key_reused")
    assert Session.objects.get().status == "upcoming"


def test_a_key_is_used_for_posts_only(ines, body):
    made = post(ines, "/api/sessions/", body).json()["id"]
    path = f"/api/sessions/{made}/"

    for title in ("One", "Two"):
        changed = ines.patch(path, {"title": title}, HTTP_IDEMPOTENCY_KEY="k1")
        assert changed.json()["title"] == title
    refused(post(ines, path), 405, "method_not_allowed")


def test_people_are_notified_once(api, session, instructor, student, pushed):
    offered = session()
    with pushed(instructor.pk) as frames:
        for _ in range(2):
            assert post(api(student), f"/api/sessions/{offered.pk}/join/").status_code == 201

    assert len(frames) == 1
    assert instructor.notifications.count() == 1


# ── Expiry ───────────────────────────────────────────────────────────────────────────────────


def test_an_answer_is_repeated_for_24_hours(api, instructor, body, now, time_machine_at):
    time_machine_at(now)
    first = post(api(instructor), "/api/sessions/", body)
    time_machine_at(now + KEPT - SECOND)
    same(first, post(api(instructor), "/api/sessions/", body))
    time_machine_at(now + KEPT)
    another = post(api(instructor), "/api/sessions/", body | {"title": "Another one"})

    assert timedelta(hours=24) == KEPT
    assert (another.status_code, another.json()["title"]) == (201, "Another one")
    assert Session.objects.count() == 2


def test_the_scheduler_deletes_an_answer_after_24_hours(ines, body, now, time_machine_at):
    time_machine_at(now)
    post(ines, "/api/sessions/", body)

    assert [forget_answers(now + KEPT - SECOND), forget_answers(now + KEPT)] == [0, 1]
    assert IdempotencyKey.objects.count() == 0


# ── Refusals ─────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("key", ["", "x" * 256, "caf\u00e9", "a\x7fb", "a\tb"])
def test_an_invalid_key_is_refused_with_the_valid_format(ines, body, key):
    answer = refused(post(ines, "/api/sessions/", body, key), 400, "idempotency_key_invalid")

    assert "1 to 255 printable ASCII characters" in answer["error"]
    assert Session.objects.count() == 0


@pytest.mark.parametrize("key", ["x" * 255, '"8e03978e-40d5-43e8-bc93-6894a57f9324"', "a b~!'"])
def test_any_other_text_is_a_valid_key(ines, body, key):
    same(*(post(ines, "/api/sessions/", body, key) for _ in range(2)))


def test_a_missing_token_is_reported_before_an_invalid_key(api):
    refused(post(api(), "/api/sessions/", {}, ""), 401)


@pytest.mark.database
def test_a_refusal_is_repeated_too(api, session, instructor, student, join):
    offered, client = session(max_participants=2), api(student)
    ours = api(instructor)

    invalid = post(ours, "/api/sessions/", {"title": "x"})
    full = [post(ours, f"/api/sessions/{offered.pk}/join/", key="own") for _ in range(2)]
    forbidden = post(client, f"/api/sessions/{offered.pk}/cancel/", key="c")
    missing = post(client, "/api/sessions/999/join/", key="m")

    same(*full)
    assert full[0].json()["code"] == "own_session"
    assert (invalid.status_code, forbidden.status_code, missing.status_code) == (400, 403, 404)
    same(invalid, post(ours, "/api/sessions/", {"title": "x"}))
    same(forbidden, post(client, f"/api/sessions/{offered.pk}/cancel/", key="c"))
    same(missing, post(client, "/api/sessions/999/join/", key="m"))


def test_an_unreadable_request_can_be_tried_again(ines, body, settings):
    refused(post(ines, "/api/sessions/", "x=1", content_type="text/plain"), 415)
    refused(post(ines, "/api/sessions/", "{", content_type="application/json"), 400)
    settings.DATA_UPLOAD_MAX_MEMORY_SIZE = 10
    refused(post(ines, "/api/sessions/", body), 413, "body_too_large")
    settings.DATA_UPLOAD_MAX_MEMORY_SIZE = 10_000

    assert post(ines, "/api/sessions/", body).status_code == 201


def test_a_throttled_request_can_be_tried_again(ines, body, settings):
    settings.THROTTLE_RATES = settings.THROTTLE_RATES | {"person": "0/minute"}
    refused(post(ines, "/api/sessions/", body), 429)
    settings.THROTTLE_RATES = settings.THROTTLE_RATES | {"person": "9/minute"}

    assert post(ines, "/api/sessions/", body).status_code == 201


# ── Endpoints ────────────────────────────────────────────────────────────────────────────────


def test_every_post_accepts_a_key_except_secrets_a_start_and_public_endpoints(api):
    paths = api().get("/api/schema/?format=json").json()["paths"]
    keyed, others = set(), set()
    for path, item in paths.items():
        if "post" in item:
            names = {each["name"] for each in item["post"].get("parameters", [])}
            taken = "Idempotency-Key" in names
            (keyed if taken else others).add(path)
            assert ({"409", "422"} <= set(item["post"]["responses"])) == taken, path

    assert len(keyed) > 20
    secret = {each for each in others if "/join-token/" in each}
    assert len(secret) == 2
    assert others - secret == {each for each in paths if each.startswith("/api/auth/")} & others | {
        "/v1/sessions/{id}/start/",
        "/v1/zoom/webhook/",
    }


def test_a_key_is_ignored_where_the_answer_is_secret(ines, student, api):
    passwords = {"old_password": "a-good-password-26", "new_password": "quite-another-one-31"}
    answer = post(api(student), "/api/auth/password/change/", passwords)

    assert answer.status_code == 200
    assert IdempotencyKey.objects.count() == 0


def test_a_form_is_carried_out_each_time(ines, session):
    path = f"/api/sessions/{session().pk}/materials/"
    note = {"type": "note", "title": "N", "content": "x"}

    form = encode_multipart(BOUNDARY, note)
    sent = {"content_type": MULTIPART_CONTENT}
    assert len({post(ines, path, form, **sent).json()["id"] for _ in range(2)}) == 2
    same(post(ines, path, note), post(ines, path, note))
