"""Failures of Zoom: the resulting errors, the deadlines and the retries."""

from __future__ import annotations

import json
import threading
import time

import pytest
import time_machine
from django.core.cache import cache

from tests.support.fake_zoom import FakeZoom
from tests.support.server import free_port
from tests.support.zoom_behaviours import (
    after,
    answers,
    breaks_off,
    cuts,
    drips_body,
    drips_headers,
    floods,
    hangs,
)
from tests.zoom.client_calls import STARTS_AT, code_of, create, end, failure, marked
from zoom import client
from zoom.client import calls

FAILED, TIMEOUT = ("zoom_failed", 502), ("zoom_timeout", 504)
UNREACHABLE = ("zoom_unreachable", 503)
MADE = {"id": 85746065001, "join_url": "https://zoom.example/j/85746065001", "password": "abc"}
DAILY = (
    "You have exceeded the daily rate limit (100) of Meeting Create/Update API requests permitted "
    "for this particular user. You may resume these requests at GMT 00:00:00."
)


@pytest.fixture(autouse=True)
def short_pauses(monkeypatch):
    """Retry quickly."""
    monkeypatch.setattr(calls, "PAUSES", (0.01, 0.01))


# ── Deadlines ────────────────────────────────────────────────────────────────────────────────


def test_an_operation_has_twelve_seconds():
    assert 11 < client.Deadline().remaining() <= 12


@pytest.mark.parametrize(
    ("operation", "behaviour"),
    [
        ("token", hangs),
        ("token", drips_headers),
        ("create", hangs),
        ("create", drips_headers),
        ("create", drips_body),
        ("end", hangs),
    ],
)
def test_a_call_without_an_answer_ends_at_the_deadline_and_is_not_retried(
    zoom, operation, behaviour
):
    zoom.behave(operation, behaviour)
    started = time.monotonic()

    call = {"end": lambda: end("1", seconds=0.2)}.get(operation, lambda: create(seconds=0.2))

    assert code_of(call) == TIMEOUT
    assert time.monotonic() - started < 1.5
    assert len(zoom.asked(operation)) <= 1


def test_an_endless_list_ends_at_the_deadline(zoom):
    zoom.behave("list", answers(200, {"meetings": [], "next_page_token": "again"}))

    assert code_of(lambda: marked(seconds=0.2)) == TIMEOUT


def test_after_the_deadline_nothing_is_sent(zoom):
    before = set(threading.enumerate())

    assert code_of(lambda: create(seconds=0)) == TIMEOUT

    started = set(threading.enumerate()) - before
    assert "zoom-call" not in {each.name for each in started}
    assert zoom.requests == []


def test_a_meeting_whose_answer_was_lost_is_found_by_its_marker(zoom):
    zoom.behave("create", after(hangs), times=1)
    assert code_of(lambda: create(seconds=0.5)) == TIMEOUT

    [(meeting_id, marker)] = marked()
    end(meeting_id)

    assert marker == "attempt-1"
    assert zoom.meetings == {}


# ── Retries ──────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("trouble", [answers(500), answers(503, "<h1>Sorry</h1>"), cuts])
@pytest.mark.parametrize("operation", ["token", "list", "end", "delete"])
def test_calls_that_may_be_repeated_are_tried_three_times(zoom, operation, trouble):
    meeting = create()
    cache.clear()
    zoom.requests.clear()
    zoom.behave(operation, trouble, times=2)

    found = marked()
    end(meeting.id)

    assert found == [(meeting.id, "attempt-1")]
    assert zoom.meetings == {}
    assert len(zoom.asked(operation)) == 3


@pytest.mark.parametrize("trouble", [answers(500), cuts, breaks_off, floods])
def test_a_call_fails_after_three_tries(zoom, trouble):
    zoom.behave("list", trouble)

    assert code_of(marked) == FAILED
    assert len(zoom.asked("list")) == 3


@pytest.mark.parametrize(
    "trouble", [answers(500), answers(502, "<h1>Sorry</h1>"), cuts, breaks_off, floods]
)
def test_a_meeting_that_may_exist_is_not_requested_again(zoom, trouble):
    zoom.behave("create", after(trouble))

    assert code_of(create) == FAILED
    assert len(zoom.meetings) == 1


def test_without_a_connection_the_error_is_zoom_unreachable(zoom, settings):
    settings.ZOOM_BASE_URL = f"http://127.0.0.1:{free_port()}/v2"

    assert code_of(create) == UNREACHABLE
    assert code_of(marked) == UNREACHABLE


def test_a_meeting_is_requested_again_if_nothing_was_sent(zoom, settings, monkeypatch):
    monkeypatch.setattr(calls, "PAUSES", (0.2, 2))
    later = FakeZoom(port=free_port(), tokens=zoom.tokens)
    settings.ZOOM_BASE_URL = f"http://127.0.0.1:{later.port}/v2"

    threading.Timer(0.1, later.__enter__).start()
    create(seconds=10)

    later.__exit__()
    assert len(later.meetings) == 1


# ── Invalid answers ──────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    "answer",
    [
        answers(201, "<html>"),
        answers(201, '{"id": 85746065001, "join_url": "https://'),
        answers(201, "[]"),
        answers(201, "[" * 100_000),
        answers(201, MADE | {"id": None}),
        answers(201, MADE | {"id": True}),
        answers(201, MADE | {"id": "../users"}),
        answers(201, MADE | {"join_url": None}),
        answers(201, MADE | {"join_url": "javascript:alert(1)"}),
        answers(201, MADE | {"join_url": "https://zoom.example/\0"}),
        answers(201, MADE | {"join_url": "https://[" + "x" * 5000}),
        answers(201, MADE | {"password": ["abc"]}),
        answers(200, MADE),
        answers(302, MADE, {"Location": "/v2/users/you/meetings"}),
        answers(307, "", {"Location": "https://zoom.example/"}),
        answers(400, {"code": 300, "message": "Validation failed."}),
        answers(400, {"code": 4711, "message": "Does not contain scopes."}),
        answers(400, {"code": "many", "message": None}),
        answers(403, "<h1>Forbidden</h1>"),
    ],
)
def test_an_answer_without_a_valid_meeting_is_zoom_failed(zoom, answer):
    zoom.behave("create", answer)

    assert code_of(create) == FAILED
    assert len(zoom.asked("create")) == 1


def test_without_a_passcode_in_the_answer_the_requested_one_is_used(zoom):
    zoom.behave("create", answers(201, {key: MADE[key] for key in ("id", "join_url")}))

    meeting = create()

    [request] = zoom.asked("create")
    assert meeting.password == json.loads(request.body)["password"]


@pytest.mark.parametrize("operation", ["end", "delete"])
def test_a_meeting_is_gone_only_if_the_answer_says_so(zoom, operation):
    zoom.behave(operation, answers(200, "<h1>Sign in to this network</h1>"))

    assert code_of(lambda: end("1")) == FAILED


# ── Too many requests ────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("headers", "message", "seconds"),
    [
        ({"Retry-After": "7"}, "You have reached the maximum per-second rate limit.", 7),
        ({"Retry-After": "0"}, "", 1),
        ({"Retry-After": "9" * 9}, "", 86_400),
        ({"Retry-After": "2026-11-22T00:00:00Z"}, "", 14_395),
        ({}, "You have reached the maximum per-second rate limit for this API.", 5),
        ({}, DAILY, 14_395),
    ],
)
def test_a_429_says_when_to_try_again(zoom, headers, message, seconds):
    zoom.behave("create", answers(429, {"code": 429, "message": message}, headers))

    with time_machine.travel(STARTS_AT, tick=False):
        error = failure(create)

    assert (error.code, error.status) == ("zoom_busy", 503)
    assert error.headers == {"Retry-After": str(seconds)}
    assert str(seconds) in error.sentence
    assert len(zoom.asked("create")) == 1
