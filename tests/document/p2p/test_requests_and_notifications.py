"""Booking requests, decisions, own sessions, notifications and permissions: each example of the
document, sent as written."""

from __future__ import annotations

import pytest

from tests.document.conftest import answered, refused
from tests.document.p2p.client import Browser, in_days
from tests.document.p2p.shapes import BOOKING_REQUEST, MINE, NOTIFICATION

TITLE = "Advanced Python Programming"
INTERESTED = {"message": "I'm interested in joining this session"}
FOR_THE_CREATOR = [
    ("PUT", "", {"title": "Updated Python Programming"}),
    ("DELETE", "", None),
    ("POST", "approve_request/", {"user_id": 3}),
    ("POST", "reject_request/", {"user_id": 3}),
    ("POST", "cancel/", None),
]
FOR_ONE_SESSION = [("GET", "", None), ("POST", "join/", INTERESTED), *FOR_THE_CREATOR]
OTHERS = [
    ("GET", "/sessions/", None),
    ("POST", "/sessions/", {"title": TITLE}),
    ("GET", "/sessions/my_sessions/", None),
    ("GET", "/notifications/", None),
    ("POST", "/notifications/1/mark_as_read/", None),
    ("POST", "/notifications/mark_all_as_read/", None),
]


def content(notification):
    return tuple(notification[key] for key in ("user", "title", "message", "type", "read"))


def test_join_session_creates_a_booking_request(bob, offered):
    request = answered(
        bob.send("POST", f"/sessions/{offered}/join/", INTERESTED), 201, BOOKING_REQUEST
    )

    assert request["user"]["username"] == "bob_wilson"
    assert request["message"] == INTERESTED["message"]
    assert request["status"] == "pending"


@pytest.mark.parametrize(
    ("decision", "status", "session_status"),
    [("approve", "approved", "scheduled"), ("reject", "rejected", "pending_approval")],
)
def test_a_booking_request_is_decided(john, bob, offered, decision, status, session_status):
    bob.ask(offered)
    path, body = f"/sessions/{offered}/{decision}_request/", {"user_id": bob.id}

    decided = answered(john.send("POST", path, body), 200, BOOKING_REQUEST)

    assert (decided["user"]["id"], decided["status"]) == (bob.id, status)
    assert john.detail(offered)["status"] == session_status
    refused(john.send("POST", path, body), 404, "no_pending_request")


def test_get_my_sessions(server, john, scheduled):
    alice = Browser.of_a_newcomer(server, "alice_jones", "Alice Jones")
    own = alice.offer(title="JavaScript Fundamentals", date=f"{in_days(30)}T10:00")["id"]
    alice.ask(scheduled)
    john.decide("approve", scheduled, alice.id)

    mine = answered(alice.send("GET", "/sessions/my_sessions/"), 200, MINE)

    assert [each["id"] for each in mine["created"]] == [own]
    assert [each["id"] for each in mine["joined"]] == [scheduled]


def test_the_creator_is_notified_of_a_request_with_full_name_or_username(john, bob, jane, offered):
    bob.ask(offered)
    jane.ask(offered)

    title = f"New booking request for {TITLE}"
    assert [content(each) for each in john.notifications(offered)] == [
        (john.id, title, f"{who} wants to join your session.", "booking_request", False)
        for who in ("jane_smith", "Bob Wilson")
    ]
    assert bob.notifications(offered) == []


@pytest.mark.parametrize(("decision", "word"), [("approve", "approved"), ("reject", "rejected")])
def test_the_asker_is_notified_of_the_decision(john, bob, offered, decision, word):
    bob.ask(offered)
    john.decide(decision, offered, bob.id)

    title = f"Booking request {word} for {TITLE}"
    message = f"Your request to join {TITLE} has been {word}."
    assert [content(each) for each in bob.notifications(offered)] == [
        (bob.id, title, message, "session_update", False)
    ]


def test_participants_are_notified_of_a_new_date_the_start_and_the_end(john, bob, scheduled):
    assert john.update(scheduled, date=f"{in_days(25)}T10:00:00Z").ok
    for action in ("start", "complete"):
        assert john.send("POST", f"/sessions/{scheduled}/{action}/").ok

    titles = [each["title"] for each in bob.notifications(scheduled)]
    assert titles[:3] == [
        f"Session {what}: {TITLE}" for what in ("completed", "started", "rescheduled")
    ]


def test_participants_and_askers_are_notified_of_a_cancellation(john, bob, jane, scheduled):
    john.send("POST", f"/sessions/{scheduled}/cancel/")

    for person in (bob, jane):
        newest = person.notifications(scheduled)[0]
        assert (newest["title"], newest["type"]) == (
            f"Session cancelled: {TITLE}",
            "session_update",
        )


def test_mark_notification_as_read(john, bob, offered):
    bob.ask(offered)
    [unread] = john.notifications(offered)
    path = f"/notifications/{unread['id']}/mark_as_read/"

    marked = answered(john.send("POST", path), 200, NOTIFICATION)

    assert marked == unread | {"read": True}
    assert john.notifications(offered) == [marked]
    refused(bob.send("POST", path), 404, "not_found")


def test_mark_all_notifications_as_read(server, john, bob):
    fresh = Browser.of_a_newcomer(server, "fresh")
    for _ in range(2):
        bob.ask(fresh.offer()["id"])
    john.ask(fresh.offer()["id"])
    before = bob.notifications()

    marked = answered(fresh.send("POST", "/notifications/mark_all_as_read/"), 200, {"updated": int})

    assert marked["updated"] == 3
    assert [each["read"] for each in fresh.notifications()] == [True] * 3
    assert bob.notifications() == before


@pytest.mark.parametrize(("method", "path", "body"), OTHERS)
def test_without_a_valid_token_the_other_requests_are_a_401(server, method, path, body):
    for token in ("", "<access_token>"):
        refused(server.call(method, f"/api{path}", token, json=body), 401)


@pytest.mark.parametrize(("method", "action", "body"), FOR_ONE_SESSION)
def test_an_unknown_session_is_a_404_and_a_401_without_a_token(john, server, method, action, body):
    path = f"/sessions/999999999/{action}"

    refused(john.send(method, path, body), 404, "not_found")
    refused(server.call(method, f"/api{path}", json=body), 401)


@pytest.mark.parametrize(("method", "action", "body"), FOR_THE_CREATOR)
def test_requests_for_the_creator_are_a_403_for_others(
    john, bob, jane, offered, method, action, body
):
    bob.ask(offered)
    before = john.detail(offered)

    for other in (bob, jane):
        refused(other.send(method, f"/sessions/{offered}/{action}", body), 403)
    assert john.detail(offered) == before
