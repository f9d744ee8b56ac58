"""The document's example flow, and the keys of the answers (contract O1–O4)."""

from __future__ import annotations

import pytest

from friendships.models import Message
from notifications.models import Notification

pytestmark = pytest.mark.django_db

KEYS = {
    *["id", "initiator", "participant", "status", "started_by", "zoom_meeting_id"],
    *["zoom_meeting_url", "zoom_meeting_password", "initiator_ready", "participant_ready"],
    *["can_join", "allowed_actions", "created_at", "started_at", "ended_at", "updated_at"],
}


def post(client, path, body=None, status=200):
    answer = client.post(f"/v1/sessions/{path}/", body)
    assert answer.status_code == status, answer.content
    return answer.json()


def test_the_documents_example_flow(api, friends):
    ada, ben = friends
    as_ada, as_ben = api(ada), api(ben)

    made = post(as_ada, "create", {"participant_id": ben.pk}, 201)
    assert set(made) == KEYS
    assert made["status"] == "pending"
    assert (made["initiator"]["id"], made["participant"]["id"]) == (ada.pk, ben.pk)
    assert made["started_by"] is made["started_at"] is made["ended_at"] is None
    assert (
        made["zoom_meeting_id"] == made["zoom_meeting_url"] == made["zoom_meeting_password"] == ""
    )
    assert made["allowed_actions"] == ["start", "ready", "cancel"]
    number = made["id"]

    started = post(as_ada, f"{number}/start")
    assert started["status"] == "active"
    assert started["started_by"]["id"] == ada.pk
    assert started["zoom_meeting_id"].isdigit()
    assert started["zoom_meeting_url"].startswith("http")
    assert started["can_join"] is False

    [message] = Message.objects.all()
    assert (message.sender, message.recipient, message.session_id) == (ada, ben, number)
    assert started["zoom_meeting_url"] in message.text

    assert post(as_ada, f"{number}/join-token", status=403)["code"] == "other_not_ready"
    assert post(as_ben, f"{number}/join-token", status=403)["code"] == "not_marked_ready"

    ready = post(as_ben, f"{number}/ready")
    assert ready["participant_ready"] is True
    assert ready["can_join"] is True
    assert as_ada.get(f"/v1/sessions/{number}/").json()["can_join"] is True

    for client in (as_ada, as_ben):
        token = post(client, f"{number}/join-token", status=201)
        assert set(token) == {"token", "expires_at", "session_id"}
        assert token["session_id"] == number
        entered = post(client, "join-token/validate", {"token": token["token"]})
        assert set(entered) == {
            *["session", "zoom_meeting_id", "zoom_meeting_url", "zoom_meeting_password"]
        }
        assert entered["zoom_meeting_url"] == started["zoom_meeting_url"]
        assert set(entered["session"]) == KEYS

    assert post(as_ben, f"{number}/leave")["status"] == "active"
    ended = post(as_ben, f"{number}/end")
    assert ended["status"] == "completed"
    assert ended["ended_at"]
    assert ended["allowed_actions"] == []

    log = as_ada.get(f"/v1/sessions/{number}/audit-logs/").json()
    assert [(each["event_type"], each["user"]["username"]) for each in log] == [
        ("created", "ada"),
        ("started", "ada"),
        ("zoom_link_generated", "ada"),
        ("ready", "ben"),
        ("joined", "ada"),
        ("joined", "ben"),
        ("left", "ben"),
        ("ended", "ben"),
    ]
    for entry in log:
        assert set(entry) == {
            *["id", "session", "event_type", "user", "message", "metadata", "created_at"]
        }
        assert entry["session"] == number
        assert isinstance(entry["metadata"], dict)
    assert started["zoom_meeting_url"] not in str(log)


def test_the_other_person_is_notified(api, friends):
    ada, ben = friends
    number = post(api(ada), "create", {"participant_id": ben.pk}, 201)["id"]
    post(api(ada), f"{number}/start")
    post(api(ben), f"{number}/ready")
    post(api(ben), f"{number}/end")

    notifications = Notification.objects.filter(event__startswith="one_on_one").order_by("pk")

    assert [(each.user, each.title) for each in notifications] == [
        (ben, "New session with Ada Byron"),
        (ben, "Session with Ada Byron started"),
        (ada, "Session with Ben Okri: ready"),
        (ada, "Session with Ben Okri ended"),
    ]
    assert {(each.type, each.session_id) for each in notifications} == {("session_update", None)}
