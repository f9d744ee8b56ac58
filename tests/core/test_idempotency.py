"""`Idempotency-Key` (issue 8): what is posted with a key is done once, and answered alike for a
day; and who dies in between leaves the act and its answer both behind, or neither."""

from __future__ import annotations

from contextlib import suppress
from datetime import timedelta

import pytest
from django.db import OperationalError, connection
from django.test.client import BOUNDARY, MULTIPART_CONTENT, encode_multipart

from accounts.jobs import forget_answers
from accounts.models import IdempotencyKey
from core.idempotency import KEPT
from friendships import services as friendships
from friendships.models import Message
from sessions_app.models import Participant, Session
from tests.core.envelope import refused

pytestmark = pytest.mark.django_db

SECOND = timedelta(seconds=1)


@pytest.fixture
def body(now):
    return {
        "title": "Algebra",
        "description": "From the beginning",
        "date": (now + timedelta(days=3)).isoformat(),
        "max_participants": 2,
        "booking_mode": "instant",
    }


@pytest.fixture
def ines(api, instructor):
    return api(instructor)


def post(client, path, body=None, key="k1", **headers):
    named = {} if key is None else {"HTTP_IDEMPOTENCY_KEY": key}
    return client.post(path, body, **named, **headers)


def same(one, other):
    """The second answer is the first one again, and says so."""
    assert (other.status_code, other.content) == (one.status_code, one.content)
    assert other.headers.get("Content-Type") == one.headers.get("Content-Type")
    assert (one.headers.get("Idempotent-Replayed"), other["Idempotent-Replayed"]) == (None, "true")
    assert other["X-Request-ID"] != one["X-Request-ID"]


# ── The same request ─────────────────────────────────────────────────────────────────────────


@pytest.mark.database
def test_the_same_key_and_body_are_done_once_and_answered_alike(ines, body):
    first = post(ines, "/api/sessions/", body)
    ines.patch(f"/api/sessions/{first.json()['id']}/", {"title": "Changed since"})
    again = post(ines, "/api/sessions/", body)

    assert first.status_code == 201
    same(first, again)
    assert Session.objects.count() == 1


def test_an_answer_without_a_body_comes_again_without_one(api, student, session, person):
    offered = session(booking_mode="request", subject="Maths")
    client, path = api(student), f"/api/sessions/{offered.pk}/"
    post(client, f"{path}join/", key=None)
    first = post(client, f"{path}withdraw_request/")

    assert (first.status_code, first.content) == (204, b"")
    same(first, post(client, f"{path}withdraw_request/"))


def test_an_answer_with_a_key_is_the_one_without(ines, body):
    without = post(ines, "/api/sessions/", body, key=None)
    with_key = post(ines, "/api/sessions/", body)

    assert without.json().keys() == with_key.json().keys()
    headers = {"X-Request-ID", "Date"}
    assert set(without.headers) - headers == set(with_key.headers) - headers
    assert IdempotencyKey.objects.count() == 1


def test_nothing_is_kept_without_a_key(ines, body, django_assert_num_queries):
    with django_assert_num_queries(5):  # the person, the session, and its detail
        post(ines, "/api/sessions/", body, key=None)

    assert IdempotencyKey.objects.count() == 0


def test_the_same_key_of_somebody_else_is_another_one(api, session, person):
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


def test_a_key_is_looked_at_for_posts_only(ines, body):
    made = post(ines, "/api/sessions/", body).json()["id"]
    path = f"/api/sessions/{made}/"

    for title in ("One", "Two"):
        changed = ines.patch(path, {"title": title}, HTTP_IDEMPOTENCY_KEY="k1")
        assert changed.json()["title"] == title
    refused(post(ines, path), 405, "method_not_allowed")


# ── For how long ─────────────────────────────────────────────────────────────────────────────


def test_for_24_hours_it_is_the_same_and_then_a_new_one(
    api, instructor, body, now, time_machine_at
):
    time_machine_at(now)
    first = post(api(instructor), "/api/sessions/", body)
    time_machine_at(now + KEPT - SECOND)
    same(first, post(api(instructor), "/api/sessions/", body))
    time_machine_at(now + KEPT)
    another = post(api(instructor), "/api/sessions/", body | {"title": "Another one"})

    assert timedelta(hours=24) == KEPT
    assert (another.status_code, another.json()["title"]) == (201, "Another one")
    assert Session.objects.count() == 2


def test_the_clock_forgets_an_answer_after_24_hours(ines, body, now, time_machine_at):
    time_machine_at(now)
    post(ines, "/api/sessions/", body)

    assert [forget_answers(now + KEPT - SECOND), forget_answers(now + KEPT)] == [0, 1]
    assert IdempotencyKey.objects.count() == 0


# ── Refusals ─────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("key", ["", "x" * 256, "caf\u00e9", "a\x7fb", "a\tb"])
def test_a_key_that_can_not_be_one_is_refused_with_what_to_send(ines, body, key):
    answer = refused(post(ines, "/api/sessions/", body, key), 400, "idempotency_key_invalid")

    assert "1 to 255 printable ASCII characters" in answer["error"]
    assert Session.objects.count() == 0


@pytest.mark.parametrize("key", ["x" * 255, '"8e03978e-40d5-43e8-bc93-6894a57f9324"', "a b~!'"])
def test_any_other_text_is_a_key(ines, body, key):
    same(*(post(ines, "/api/sessions/", body, key) for _ in range(2)))


def test_who_is_not_signed_in_hears_that_first(api):
    refused(post(api(), "/api/sessions/", {}, ""), 401)


@pytest.mark.database
def test_a_refusal_is_an_answer_that_comes_again(api, session, instructor, student, join):
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


def test_what_could_not_be_read_is_worth_another_try(ines, body, settings):
    refused(post(ines, "/api/sessions/", "x=1", content_type="text/plain"), 415)
    refused(post(ines, "/api/sessions/", "{", content_type="application/json"), 400)
    settings.DATA_UPLOAD_MAX_MEMORY_SIZE = 10
    refused(post(ines, "/api/sessions/", body), 413, "body_too_large")
    settings.DATA_UPLOAD_MAX_MEMORY_SIZE = 10_000

    assert post(ines, "/api/sessions/", body).status_code == 201


def test_what_was_too_much_is_worth_another_try(ines, body, settings):
    settings.THROTTLE_RATES = settings.THROTTLE_RATES | {"person": "0/minute"}
    refused(post(ines, "/api/sessions/", body), 429)
    settings.THROTTLE_RATES = settings.THROTTLE_RATES | {"person": "9/minute"}

    assert post(ines, "/api/sessions/", body).status_code == 201


# ── Two at once, and those that die ──────────────────────────────────────────────────────────


def in_flight(person, until, **values):
    return person.idempotency_keys.update(status=None, body="", claimed_until=until, **values)


def test_while_it_is_being_done_a_repeat_waits_and_after_the_lease_it_does_it(
    ines, instructor, body, now
):
    post(ines, "/api/sessions/", body)
    in_flight(instructor, now + timedelta(seconds=30))

    waiting = post(ines, "/api/sessions/", body)
    refused(waiting, 409, "request_in_progress")
    assert waiting["Retry-After"] == "1"
    refused(post(ines, "/api/sessions/", {}), 422)

    in_flight(instructor, now - SECOND)
    done = post(ines, "/api/sessions/", body)
    assert done.status_code == 201
    assert Session.objects.count() == 2  # the one above was taken for never done
    same(done, post(ines, "/api/sessions/", body))


def overtaken(execute, sql, params, many, context):
    """Somebody else takes the claim over before the act has begun, which is as good as later."""
    done = execute(sql, params, many, context)
    if sql.startswith('INSERT INTO "accounts_idempotencykey"'):
        with connection.cursor() as cursor:
            cursor.execute("UPDATE accounts_idempotencykey SET claim = %s", ["0" * 32])
    return done


def test_who_was_slower_than_the_lease_undoes_what_it_did(ines, body):
    with connection.execute_wrapper(overtaken):
        refused(post(ines, "/api/sessions/", body), 409, "request_in_progress")

    assert Session.objects.count() == 0
    assert IdempotencyKey.objects.get().status is None, "it is the other one's now"


class Killed(BaseException):
    """What nobody catches."""


class AtStatement:
    """Ends the request before its n-th statement."""

    def __init__(self, number, error):
        self.left, self.error = number, error

    def __call__(self, execute, sql, params, many, context):
        self.left -= 1
        if self.left == 0:
            raise self.error
        return execute(sql, params, many, context)


@pytest.fixture
def acts(api, instructor, student, person, session, join, now):
    """One act of each kind: who does it, where, with what, and how many rows it has made."""
    ben = person("ben")
    request = friendships.ask(by=student, to=ben, now=now)
    friendships.accept(request, by=ben, now=now)
    place, own, left = session(), session(), session()
    join(left, student)
    return {
        "create": (instructor, "/api/sessions/", Session.objects.all()),
        "join": (student, f"/api/sessions/{place.pk}/join/", Participant.objects.all()),
        "leave": (
            student,
            f"/api/sessions/{left.pk}/leave/",
            Participant.objects.exclude(left_at=None),
        ),
        "start": (
            instructor,
            f"/api/sessions/{own.pk}/start/",
            Session.objects.exclude(started_at=None),
        ),
        "write": (student, f"/v1/friends/{ben.pk}/messages/", Message.objects.all()),
    }


@pytest.mark.django_db(transaction=True)
@pytest.mark.database
@pytest.mark.parametrize(
    ("name", "error"),
    [
        *[(name, Killed) for name in ("create", "join", "leave", "start", "write")],
        ("join", OperationalError),
    ],
)
def test_who_ends_at_any_statement_leaves_the_act_and_its_answer_or_neither(
    api, acts, body, now, name, error
):
    person, path, rows = acts[name]
    client, sent = api(person), body | {"text": "Hello"}
    before, number, answer = rows.count(), 0, None
    while answer is None or answer.status_code == 503:
        number, answer = number + 1, None
        with connection.execute_wrapper(AtStatement(number, error())), suppress(Killed):
            answer = post(client, path, sent)
        answered = person.idempotency_keys.exclude(status=None)
        assert rows.count() - before == answered.count()
        person.idempotency_keys.filter(status=None).update(claimed_until=now - SECOND)

    assert number > 6, "each of its statements was to be the first that is not done"
    assert answer.status_code in {200, 201}
    same(answer, post(client, path, sent))
    assert rows.count() - before == 1


# ── Where ────────────────────────────────────────────────────────────────────────────────────


def test_every_post_takes_a_key_but_for_secrets_uploads_and_what_needs_no_token(api):
    paths = api().get("/api/schema/?format=json").json()["paths"]
    keyed, others = set(), set()
    for path, item in paths.items():
        if "post" in item:
            names = {each["name"] for each in item["post"].get("parameters", [])}
            taken = "Idempotency-Key" in names
            (keyed if taken else others).add(path)
            assert ({"409", "422"} <= set(item["post"]["responses"])) == taken, path

    assert len(keyed) > 20
    secret = {each for each in others if each.endswith("/join-token/")}
    assert len(secret) == 1
    assert others - secret == {each for each in paths if each.startswith("/api/auth/")} & others | {
        "/v1/zoom/webhook/"
    }


def test_a_key_does_nothing_where_the_answer_is_a_secret(ines, student, api):
    passwords = {"old_password": "a-good-password-26", "new_password": "quite-another-one-31"}
    answer = post(api(student), "/api/auth/password/change/", passwords)

    assert answer.status_code == 200
    assert IdempotencyKey.objects.count() == 0


def test_a_form_is_done_each_time(ines, session):
    path = f"/api/sessions/{session().pk}/materials/"
    note = {"type": "note", "title": "N", "content": "x"}

    form = encode_multipart(BOUNDARY, note)
    sent = {"content_type": MULTIPART_CONTENT}
    assert len({post(ines, path, form, **sent).json()["id"] for _ in range(2)}) == 2
    same(post(ines, path, note), post(ines, path, note))
