"""Limits by person on actions that affect others (contract C4): which actions have one, and what is
counted."""

from __future__ import annotations

import pytest
import time_machine
from django.urls import get_resolver

from core.api.views import ActionViewSet
from tests.support.envelope import refused

pytestmark = pytest.mark.django_db

NOBODY = 987654321
LIMITED = [
    ("friend_request", "POST", "/v1/friends/requests/"),
    ("message", "POST", f"/v1/friends/{NOBODY}/messages/"),
    ("join", "POST", f"/api/sessions/{NOBODY}/join/"),
    ("create_session", "POST", "/api/sessions/"),
    ("change_session", "PUT", f"/api/sessions/{NOBODY}/"),
    ("change_session", "PATCH", f"/api/sessions/{NOBODY}/"),
    ("session_status", "DELETE", f"/api/sessions/{NOBODY}/"),
    ("session_status", "POST", f"/api/sessions/{NOBODY}/approve/"),
    ("session_status", "POST", f"/api/sessions/{NOBODY}/start/"),
    ("session_status", "POST", f"/api/sessions/{NOBODY}/complete/"),
    ("session_status", "POST", f"/api/sessions/{NOBODY}/cancel/"),
    ("decide", "POST", f"/api/sessions/{NOBODY}/approve_request/"),
    ("decide", "POST", f"/api/sessions/{NOBODY}/reject_request/"),
    ("upload", "POST", f"/api/sessions/{NOBODY}/materials/"),
    ("upload", "PUT", f"/api/sessions/{NOBODY}/materials/{NOBODY}/"),
    ("upload", "PATCH", f"/api/sessions/{NOBODY}/materials/{NOBODY}/"),
    ("upload", "DELETE", f"/api/sessions/{NOBODY}/materials/{NOBODY}/"),
    ("one_on_one", "POST", "/v1/sessions/create/"),
    ("start_meeting", "POST", f"/v1/sessions/{NOBODY}/start/"),
    ("leave_meeting", "POST", f"/v1/sessions/{NOBODY}/leave/"),
    ("join_token", "POST", f"/v1/sessions/{NOBODY}/join-token/"),
    ("join_token", "POST", "/v1/sessions/join-token/validate/"),
]
# The writes of signed-in people that have no limit of their own.
WITHOUT = {
    # Each needs a limited action before it: a join, a request, a session, its start.
    "BookingViewSet.leave",
    "BookingViewSet.withdraw_request",
    "RequestViewSet.accept",
    "RequestViewSet.decline",
    "RequestViewSet.destroy",
    "FriendViewSet.destroy",
    "OneOnOneViewSet.ready",
    "OneOnOneViewSet.end",
    "OneOnOneViewSet.cancel",
    # Nobody else is notified of these, and repeating them changes nothing.
    "FriendViewSet.block",
    "FriendViewSet.unblock",
    "MessageViewSet.mark_as_read",
    "NotificationViewSet.mark_as_read",
    "NotificationViewSet.mark_all_as_read",
    # Passwords and new addresses are counted by account; other changes of the profile are not.
    "AccountViewSet.update_me",
    "AccountViewSet.change_password",
}


@pytest.fixture
def limited(settings):
    """`limited("join")`: set this limit to two a minute, and raise all others."""

    def limit(scope):
        wide = dict.fromkeys(settings.THROTTLE_RATES, "9999/minute")
        settings.THROTTLE_RATES = wide | {scope: "2/minute"}

    with time_machine.travel("2030-01-01T12:00:20Z", tick=False):
        yield limit


@pytest.mark.parametrize(("scope", "method", "path"), LIMITED)
def test_each_person_has_a_limit_across_all_addresses(
    api, student, instructor, limited, scope, method, path
):
    limited(scope)
    client = api(student)

    sent = [
        client.generic(method, path, "{}", "application/json", REMOTE_ADDR=f"10.0.0.{number}")
        for number in range(3)
    ]

    assert [answer.status_code == 429 for answer in sent] == [False, False, True]
    assert refused(sent[2], 429, "too_many_requests")["error"].endswith("in 40 seconds.")
    assert sent[2]["Retry-After"] == "40"
    assert client.get("/api/sessions/").status_code == 200
    other = api(instructor).generic(method, path, "{}", "application/json")
    assert other.status_code != 429


@pytest.mark.parametrize("scope", ["join", "one_on_one"])
def test_a_replayed_request_is_not_counted(api, student, limited, scope):
    limited(scope)
    path = next(path for each, _, path in LIMITED if each == scope)

    def send(key):
        return api(student).post(path, {}, headers={"Idempotency-Key": key})

    first = send("first")
    again = [send("first") for _ in range(3)]

    assert {answer.status_code for answer in again} == {first.status_code}
    assert {answer["Idempotent-Replayed"] for answer in again} == {"true"}
    assert send("second").status_code == first.status_code
    refused(send("third"), 429, "too_many_requests")
    assert send("second")["Idempotent-Replayed"] == "true"


def test_reads_have_no_limit_of_their_own(api, student, limited):
    limited("message")
    path = f"/v1/friends/{NOBODY}/messages/"

    assert {api(student).get(path).status_code for _ in range(4)} == {404}


def views():
    """All views of the API, each with its viewset in `cls`."""
    resolvers = [get_resolver()]
    while resolvers:
        for pattern in resolvers.pop().url_patterns:
            if hasattr(pattern, "url_patterns"):
                resolvers.append(pattern)
            elif issubclass(getattr(pattern.callback, "cls", object), ActionViewSet):
                yield pattern.callback


def actions():
    """Each action's method and name, and what it declares."""
    for view in views():
        for method, name in view.actions.items():
            if method != "head":
                declared = getattr(view.cls, name).operation
                yield method, f"{view.cls.__name__}.{name}", view.cls, declared


def test_every_write_of_signed_in_people_has_a_limit_or_a_reason_for_none():
    unlimited = {
        name
        for method, name, viewset, declared in actions()
        if method != "get" and viewset.authentication_classes and not declared.limit
    }

    assert unlimited == WITHOUT


def test_a_session_can_still_be_cancelled_after_too_many_changes(api, instructor, session, limited):
    limited("change_session")
    row = session()
    client, path = api(instructor), f"/api/sessions/{row.pk}/"
    assert [client.patch(path, {"title": title}).status_code for title in "abc"] == [200, 200, 429]

    assert client.post(f"{path}cancel/").status_code == 200


def test_staff_have_no_limit_on_status_changes(api, person, limited):
    limited("session_status")
    client = api(person("rosa", is_staff=True))

    sent = [client.post(f"/api/sessions/{NOBODY}/cancel/") for _ in range(4)]

    assert {answer.status_code for answer in sent} == {404}


def test_every_limit_that_a_view_names_has_a_rate_and_is_proved_here(settings):
    named = [declared.limit for *_, declared in actions() if declared.limit]

    assert set(named) <= set(settings.THROTTLE_RATES)
    assert sorted(named) == sorted(scope for scope, _, _ in LIMITED)
