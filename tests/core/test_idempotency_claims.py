"""Claims of an `Idempotency-Key` (contract C4): concurrent requests, and requests that die.
One that dies leaves both the action and its stored answer, or neither."""

from __future__ import annotations

from contextlib import suppress
from datetime import timedelta

import pytest
from django.db import OperationalError, connection

from accounts.models import IdempotencyKey
from friendships import services as friendships
from friendships.models import Message
from sessions_app.models import Participant, Session
from tests.core.keyed import post, same
from tests.support.envelope import refused

pytestmark = pytest.mark.django_db

SECOND = timedelta(seconds=1)


def in_flight(person, until, **values):
    return person.idempotency_keys.update(status=None, body="", claimed_until=until, **values)


def test_a_repeat_is_refused_while_the_first_runs_and_carried_out_after_its_lease(
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
    assert Session.objects.count() == 2  # the first one's claim was reset: it counts as not done
    same(done, post(ines, "/api/sessions/", body))


def overtaken(execute, sql, params, many, context):
    """Another request takes over the claim before the action begins, which is as good as later."""
    done = execute(sql, params, many, context)
    if sql.startswith('INSERT INTO "accounts_idempotencykey"'):
        with connection.cursor() as cursor:
            cursor.execute("UPDATE accounts_idempotencykey SET claim = %s", ["0" * 32])
    return done


def test_a_request_that_outlasts_its_lease_is_rolled_back(ines, body):
    with connection.execute_wrapper(overtaken):
        refused(post(ines, "/api/sessions/", body), 409, "request_in_progress")

    assert Session.objects.count() == 0
    assert IdempotencyKey.objects.get().status is None, "the claim belongs to the other request"


class Killed(BaseException):
    """An exception that nothing catches."""


class AtStatement:
    """Aborts the request before its n-th statement."""

    def __init__(self, number, error):
        self.left, self.error = number, error

    def __call__(self, execute, sql, params, many, context):
        self.left -= 1
        if self.left == 0:
            raise self.error
        return execute(sql, params, many, context)


@pytest.fixture
def actions(api, instructor, student, person, session, join, now):
    """One action of each kind: the person, the path, and the rows that it adds to."""
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
def test_a_request_aborted_at_any_statement_leaves_action_and_answer_or_neither(
    api, actions, body, now, name, error
):
    person, path, rows = actions[name]
    client, sent = api(person), body | {"text": "Hello"}
    before, number, answer = rows.count(), 0, None
    while answer is None or answer.status_code == 503:
        number, answer = number + 1, None
        with connection.execute_wrapper(AtStatement(number, error())), suppress(Killed):
            answer = post(client, path, sent)
        answered = person.idempotency_keys.exclude(status=None)
        assert rows.count() - before == answered.count()
        person.idempotency_keys.filter(status=None).update(claimed_until=now - SECOND)

    assert number > 6, "the request should have been aborted at each statement"
    assert answer.status_code in {200, 201}
    same(answer, post(client, path, sent))
    assert rows.count() - before == 1
