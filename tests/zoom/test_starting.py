"""Starting against a Zoom that behaves or doesn't: a failed start changes nothing, and nothing is
left behind at Zoom (contract O5)."""

from __future__ import annotations

import json
from functools import partial

import pytest

from core.errors import APIError
from friendships import services as friendships
from friendships.models import Message
from notifications.models import Notification
from tests.core.envelope import refused
from tests.server import free_port
from tests.zoom.conftest import sweep
from tests.zoom.moods import after, answers, cuts, hangs
from tests.zoom.zoom_requests import CLIENT_SECRET
from zoom import client
from zoom.services import stand_in, starting

pytestmark = pytest.mark.django_db


def test_a_start_makes_one_meeting_and_says_where_it_is(zoom, press, pending, ada, ben):
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


TROUBLES = [
    pytest.param("create", hangs, "zoom_timeout", 504, id="hangs"),
    pytest.param("create", after(hangs), "zoom_timeout", 504, id="makes-it-and-hangs"),
    pytest.param("create", answers(500), "zoom_failed", 502, id="500"),
    pytest.param("create", after(answers(500)), "zoom_failed", 502, id="makes-it-and-says-500"),
    pytest.param("create", answers(200, "<html>"), "zoom_failed", 502, id="html"),
    pytest.param(
        "create", after(answers(201, {"id": 5})), "zoom_failed", 502, id="201-without-url"
    ),
    pytest.param("create", after(cuts), None, None, id="makes-it-and-hangs-up"),
    pytest.param("create", answers(401, {"code": 124}), "zoom_failed", 502, id="401"),
    pytest.param("create", answers(429, {"code": 429}), "zoom_busy", 503, id="429"),
    pytest.param("token", answers(400, {"error": "invalid_client"}), "zoom_failed", 502, id="keys"),
]


@pytest.mark.parametrize(("operation", "mood", "code", "status"), TROUBLES)
def test_a_start_that_zoom_fails_changes_nothing_and_can_be_tried_again(
    zoom, press, pending, now, monkeypatch, caplog, operation, mood, code, status
):
    monkeypatch.setattr(client, "Deadline", partial(client.Deadline, 0.5))
    zoom.behave(operation, mood)
    told = Notification.objects.count()

    answer = press("start")

    assert answer.status_code == (status or answer.status_code)
    assert answer.status_code in {502, 503, 504}
    assert answer.json()["code"] == (code or answer.json()["code"])
    pending.refresh_from_db()
    assert (pending.status, pending.started_by, pending.zoom_meeting_id) == ("pending", None, "")
    assert Message.objects.count() == 0
    assert Notification.objects.count() == told
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


def test_a_zoom_that_cant_be_reached_is_a_503(zoom, press, settings):
    settings.ZOOM_BASE_URL = f"http://127.0.0.1:{free_port()}/v2"

    answer = press("start")

    refused(answer, 503, "zoom_unreachable")
    assert answer["Retry-After"]


def test_hosts_are_used_in_turn_least_busy_first(zoom, api, friends, settings):
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

    # One goes on at "one"; those that have ended at "two" don't weigh as much as that.
    assert [host_of_next(), host_of_next(end=True), host_of_next(end=True)] == ["one", "two", "two"]
    assert [host_of_next(), host_of_next()] == ["two", "one"]


def test_a_start_after_the_friendships_end_is_refused_and_asks_zoom_nothing(
    zoom, press, pending, ada, ben, now, monkeypatch
):
    monkeypatch.setattr("friendships.services.endings.ENDINGS", [])
    friendships.unfriend(by=ben, other=ada, now=now)

    refused(press("start"), 403, "not_friends")
    assert zoom.requests == []


def test_nobody_is_waited_for_who_has_left_the_site(zoom, press, pending, ada, ben, now):
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
