"""The client of Zoom against a Zoom on loopback: what it asks, and what becomes of the answers."""

from __future__ import annotations

import logging
from datetime import UTC, datetime, timedelta, timezone

import pytest
import time_machine
from django.core.cache import cache

from core.errors import APIError
from tests.server import free_port
from tests.zoom.fake_zoom import FakeZoom
from tests.zoom.moods import after, answers, breaks_off, cuts, drips_headers, floods, hangs
from tests.zoom.zoom_requests import CLIENT_SECRET
from zoom import client

STARTS_AT = datetime(2026, 11, 21, 21, 0, 5, 999, tzinfo=timezone(timedelta(hours=1)))
DAILY = (
    "You have exceeded the daily rate limit (100) of Meeting Create/Update API requests permitted "
    "for this particular user. You may resume these requests at GMT 00:00:00."
)


@pytest.fixture
def zoom(settings):
    """A Zoom that this process is configured for; what came to it was as it must be."""
    with FakeZoom() as fake:
        fake.configure(settings)
        yield fake
    assert fake.complaints == []


def create(topic="Ada and Sam", seconds=5.0, host="me"):
    return client.create_meeting(
        topic=topic,
        marker="attempt-1",
        host=host,
        starts_at=STARTS_AT,
        deadline=client.Deadline(seconds),
    )


def end(meeting_id, seconds=5.0):
    client.end_meeting(meeting_id, deadline=client.Deadline(seconds))


def marked(host="me"):
    return client.marked_meetings(host, deadline=client.Deadline(5))


def code_of(act, *args, **kwargs):
    """The code and the status that an act fails with."""
    with pytest.raises(APIError) as caught:
        act(*args, **kwargs)
    return caught.value.code, caught.value.status


# ── When all is well ─────────────────────────────────────────────────────────────────────────


def test_a_meeting_is_made_as_people_without_a_host_need_it(zoom):
    meeting = create()

    [(number, made)] = zoom.meetings.items()
    assert meeting.id == str(number)
    assert meeting.join_url == f"https://zoom.example/j/{number}?pwd=secret-pwd"
    assert meeting.password == made["password"]
    assert made["start_time"] == "2026-11-21T20:00:05Z"
    assert made["agenda"].startswith("attempt-1 ")


def test_a_meeting_shows_nobody_how_to_get_in(zoom):
    meeting = create()

    assert "secret" not in repr(meeting)
    assert meeting.password not in repr(meeting)
    assert not hasattr(meeting, "start_url")


def test_a_long_topic_is_cut_to_what_zoom_takes(zoom):
    create(topic="Ж" * 500)

    [made] = zoom.meetings.values()
    assert made["topic"] == "Ж" * 200


def test_a_host_is_one_part_of_the_address(zoom):
    zoom.hosts.add("a/b@example.com")

    create(host="a/b@example.com")

    [made] = zoom.meetings.values()
    assert made["host"] == "a/b@example.com"


def test_a_host_that_does_not_exist_is_zooms_failure(zoom):
    assert code_of(create, host="nobody") == ("zoom_failed", 502)


def test_hosts_are_those_of_the_settings(settings):
    assert client.hosts() == ["me"]

    settings.ZOOM_HOST_USERS = ["ada@example.com", " sam@example.com", ""]
    assert client.hosts() == ["ada@example.com", "sam@example.com"]


def test_settings_that_the_account_overrides_are_logged_and_taken(zoom, caplog):
    zoom.overrides = {"waiting_room": True, "jbh_time": 5}

    assert create().id
    assert "overrides settings: jbh_time, waiting_room." in caplog.text


def test_a_meeting_is_ended_and_deleted(zoom):
    meeting = create()
    zoom.running.add(int(meeting.id))

    end(meeting.id)

    assert zoom.running == set()
    assert zoom.meetings == {}


def test_a_meeting_that_never_began_is_deleted(zoom):
    meeting = create()

    end(meeting.id)

    assert zoom.meetings == {}


def test_a_meeting_that_is_gone_needs_no_end(zoom):
    end("85746065001")

    assert [each.reply[0] for each in zoom.requests] == [200, 404, 404]


def test_a_404_that_does_not_speak_of_the_meeting_is_no_end(zoom):
    zoom.behave("delete", answers(404, "<h1>No such page</h1>"))

    assert code_of(end, create().id) == ("zoom_failed", 502)


def test_our_meetings_are_found_on_all_pages_and_no_others(zoom):
    zoom.page_limit = 2
    numbers = [create().id for _ in range(5)]
    zoom.meetings[int(numbers[1])]["agenda"] = "attempt-1 of somebody else's"
    zoom.meetings[int(numbers[2])]["agenda"] = ""

    found = marked()

    assert found == [(number, "attempt-1") for number in (numbers[0], numbers[3], numbers[4])]
    assert len(zoom.asked("list")) == 3


@pytest.mark.parametrize("page", [{}, {"meetings": None}, "<html>", "[]"])
def test_what_is_no_list_of_meetings_is_not_an_empty_one(zoom, page):
    zoom.behave("list", answers(200, page))

    assert code_of(marked) == ("zoom_failed", 502)


# ── The token ────────────────────────────────────────────────────────────────────────────────


def test_a_token_is_shared_until_shortly_before_it_ends(zoom):
    with time_machine.travel(STARTS_AT, tick=False) as clock:
        create()
        clock.shift(3600 - 301)
        create()
        assert zoom.issued == 1

        clock.shift(2)
        create()
        assert zoom.issued == 2


def test_another_account_has_another_token(zoom, settings):
    create()
    settings.ZOOM_OAUTH_URL = zoom.oauth_url + "?"

    create()

    assert zoom.issued == 2


def test_a_token_that_zoom_has_revoked_is_replaced_once(zoom):
    create()
    zoom.tokens.clear()

    create()

    assert zoom.issued == 2
    assert len(zoom.meetings) == 2


def test_a_token_that_another_process_has_replaced_is_not_dropped(zoom, settings):
    create()
    zoom.behave("create", answers(401, {"code": 124}), times=1)
    [key] = [each for each in cache._cache if "zoom-token" in each]
    zoom.tokens.add("newer")
    plain_key = key.split(":", 2)[2]

    def replaced_meanwhile(call):
        cache.set(plain_key, "newer")
        answers(401, {"code": 124})(call)

    zoom.calm()
    zoom.behave("create", replaced_meanwhile, times=1)
    create()

    assert cache.get(plain_key) == "newer"
    assert zoom.issued == 1


def test_tokens_that_are_always_refused_are_tried_twice(zoom):
    zoom.behave("create", answers(401, {"code": 124}))

    assert code_of(create) == ("zoom_failed", 502)
    assert len(zoom.asked("create")) == 2


@pytest.mark.parametrize(
    ("status", "body"),
    [
        (400, {"reason": "Invalid client_id or client_secret", "error": "invalid_client"}),
        (401, {"error": "invalid_client"}),
        (200, {}),
        (200, "[]"),
        (200, {"access_token": 5, "expires_in": 3600}),
        (200, {"access_token": "two\nlines", "expires_in": 3600}),
        (302, ""),
    ],
)
def test_credentials_that_give_no_token_are_a_failure(zoom, status, body):
    zoom.behave("token", answers(status, body, {"Location": zoom.base_url}))

    assert code_of(create) == ("zoom_failed", 502)
    assert [each.operation for each in zoom.requests] == ["token"]


@pytest.mark.parametrize("seconds", [None, "3600", 300])
def test_a_token_without_a_lifetime_is_used_once(zoom, seconds):
    zoom.tokens.add("brief")
    zoom.behave("token", answers(200, {"access_token": "brief", "expires_in": seconds}))

    create()
    create()

    assert len(zoom.asked("token")) == 2


def test_a_cache_that_is_down_costs_a_call_more_and_nothing_else(zoom, settings):
    settings.CACHES = {
        "default": {
            "BACKEND": "django.core.cache.backends.redis.RedisCache",
            "LOCATION": f"redis://127.0.0.1:{free_port()}",
        }
    }

    create()
    create()

    assert zoom.issued == 2
    assert len(zoom.meetings) == 2


def test_without_credentials_nothing_is_asked(zoom, settings):
    settings.ZOOM_API_SECRET = ""

    assert not client.is_configured()
    assert code_of(create) == ("zoom_not_configured", 503)
    assert zoom.requests == []
