"""Starting a session, with and without failures of Zoom: a failed start changes nothing, and leaves
no meeting at Zoom (contract O5)."""

from __future__ import annotations

import json
from functools import partial

import pytest

from accounts.models import IdempotencyKey
from core.errors import APIError
from friendships import services as friendships
from friendships.models import Message
from notifications.models import Notification
from tests.support.envelope import refused
from tests.support.server import free_port
from tests.support.zoom_behaviours import after, answers, cuts, hangs
from tests.support.zoom_requests import CLIENT_SECRET
from tests.zoom.conftest import sweep
from zoom import client
from zoom.services import stand_in, starting

pytestmark = pytest.mark.django_db


def test_a_start_creates_one_meeting_and_returns_its_address(zoom, press, pending, ada, ben):
    shown = press("start").json()

    [(number, meeting)] = zoom.meetings.items()
    assert shown["zoom_meeting_id"] == str(number)
    assert shown["zoom_meeting_url"] == f"https://zoom.example/j/{number}?pwd=secret-pwd"
    assert shown["zoom_meeting_password"] == meeting["password"]
    assert meeting["topic"] == "Ada Byron and Ben Okri"
    [message] = Message.objects.all()
    assert (message.sender, message.recipient, message.session_id) == (ada, ben, pending.pk)
    assert shown["zoom_meeting_url"] in message.text
    assert refused(press("start", by=ben), 400, "already_started")
    assert len(zoom.asked("create")) == 1


def test_a_key_is_ignored_and_a_repeat_is_told_that_it_is_started(zoom, api, pending, ada):
    send = {"path": f"/v1/sessions/{pending.pk}/start/", "HTTP_IDEMPOTENCY_KEY": "k"}

    first, again = (api(ada).post(**send) for _ in range(2))

    assert first.json()["status"] == "active"
    refused(again, 400, "already_started")
    assert "Idempotent-Replayed" not in again
    assert IdempotencyKey.objects.count() == 0
    assert len(zoom.asked("create")) == Message.objects.count() == 1


FAILURES = [
    pytest.param("create", hangs, "zoom_timeout", 504, id="hangs"),
    pytest.param("create", after(hangs), "zoom_timeout", 504, id="creates-it-and-hangs"),
    pytest.param("create", answers(500), "zoom_failed", 502, id="500"),
    pytest.param(
        "create", after(answers(500)), "zoom_failed", 502, id="creates-it-and-answers-500"
    ),
    pytest.param("create", answers(200, "<html>"), "zoom_failed", 502, id="html"),
    pytest.param(
        "create", after(answers(201, {"id": 5})), "zoom_failed", 502, id="201-without-url"
    ),
    pytest.param("create", after(cuts), None, None, id="creates-it-and-disconnects"),
    pytest.param("create", answers(401, {"code": 124}), "zoom_failed", 502, id="401"),
    pytest.param("create", answers(429, {"code": 429}), "zoom_busy", 503, id="429"),
    pytest.param(
        "token",
        answers(400, {"error": "invalid_client"}),
        "zoom_failed",
        502,
        id="wrong-credentials",
    ),
]


@pytest.mark.parametrize(("operation", "behaviour", "code", "status"), FAILURES)
def test_a_start_that_fails_at_zoom_changes_nothing_and_can_be_repeated(
    zoom, press, pending, now, monkeypatch, caplog, operation, behaviour, code, status
):
    monkeypatch.setattr(client, "Deadline", partial(client.Deadline, 0.5))
    zoom.behave(operation, behaviour)
    notifications = Notification.objects.count()

    answer = press("start")

    assert answer.status_code == (status or answer.status_code)
    assert answer.status_code in {502, 503, 504}
    assert answer.json()["code"] == (code or answer.json()["code"])
    pending.refresh_from_db()
    assert (pending.status, pending.started_by, pending.zoom_meeting_id) == ("pending", None, "")
    assert Message.objects.count() == 0
    assert Notification.objects.count() == notifications
    assert [each.event_type for each in pending.audit_entries.all()] == ["created"]

    zoom.calm()
    monkeypatch.undo()
    shown = press("start").json()
    assert shown["status"] == "active"
    assert Message.objects.count() == 1

    sweep(now)
    assert list(zoom.meetings) == [int(shown["zoom_meeting_id"])]
    for secret in (CLIENT_SECRET, "secret-zak", "secret-pwd", "secret-token"):
        assert secret not in caplog.text


def test_a_start_is_a_503_if_zoom_cannot_be_reached(zoom, press, settings):
    settings.ZOOM_BASE_URL = f"http://127.0.0.1:{free_port()}/v2"

    answer = press("start")

    refused(answer, 503, "zoom_unreachable")
    assert answer["Retry-After"]


def test_the_least_busy_host_is_used(zoom, api, friends, settings):
    ada, ben = friends
    zoom.hosts = {"one@example.com", "two@example.com"}
    settings.ZOOM_HOST_USERS = sorted(zoom.hosts)
    as_ada = api(ada)

    def host_of_next(end=False):
        made = as_ada.post("/v1/sessions/create/", {"participant_id": ben.pk}).json()
        number = as_ada.post(f"/v1/sessions/{made['id']}/start/").json()["zoom_meeting_id"]
        if end:
            as_ada.post(f"/v1/sessions/{made['id']}/end/")
        return zoom.meetings[int(number)]["host"][:3]

    # The active meeting of "one" counts for more than the ended ones of "two".
    assert [host_of_next(), host_of_next(end=True), host_of_next(end=True)] == ["one", "two", "two"]
    assert [host_of_next(), host_of_next()] == ["two", "one"]


def test_a_start_after_the_friendship_is_refused_without_a_call(
    zoom, press, pending, ada, ben, now, monkeypatch
):
    monkeypatch.setattr("friendships.services.endings.ENDINGS", [])
    friendships.unfriend(by=ben, other=ada, now=now)

    refused(press("start"), 403, "not_friends")
    assert zoom.requests == []


def test_a_start_is_refused_if_the_other_account_is_inactive(zoom, press, pending, ada, ben, now):
    claimed = starting.claim_start(pending, by=ada, now=now)
    ben.is_active = False
    ben.save()

    with pytest.raises(APIError) as refusal:
        starting.activate(claimed, stand_in.make_meeting(), now=now)
    starting.release(claimed, refusal.value)

    assert refusal.value.code == "no_such_person"
    refused(press("start"), 404, "no_such_person")
    assert zoom.requests == []


def test_zooms_start_url_and_our_secrets_are_in_no_answer(zoom, press, api, ada, pending):
    texts = [press("start").content.decode()]
    for path in ("", f"{pending.pk}/", f"{pending.pk}/audit-logs/"):
        texts.append(api(ada).get(f"/v1/sessions/{path}").content.decode())
    texts.append(json.dumps(list(Message.objects.values_list("text", flat=True))))

    for secret in (CLIENT_SECRET, "secret-zak", "secret-token"):
        assert secret not in "".join(texts)
