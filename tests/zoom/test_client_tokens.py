"""The access token for calls to Zoom: shared, replaced, refused."""

from __future__ import annotations

import pytest
import time_machine
from django.core.cache import cache

from tests.support.server import free_port
from tests.support.zoom_behaviours import answers
from tests.zoom.client_calls import STARTS_AT, code_of, create
from zoom import client
from zoom.client.tokens import cache_key


def test_a_token_is_shared_until_shortly_before_it_expires(zoom):
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


def test_a_revoked_token_is_replaced_once(zoom):
    create()
    zoom.tokens.clear()

    create()

    assert zoom.issued == 2
    assert len(zoom.meetings) == 2


def test_a_token_that_another_process_replaced_is_kept(zoom):
    def replaced_meanwhile(call):
        zoom.tokens.add("newer")
        cache.set(cache_key(), "newer")
        answers(401, {"code": 124})(call)

    zoom.behave("create", replaced_meanwhile, times=1)
    create()

    assert cache.get(cache_key()) == "newer"
    assert zoom.issued == 1


def test_a_call_fails_if_the_new_token_is_refused_too(zoom):
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
        (200, {"access_token": "", "expires_in": 3600}),
        (200, {"access_token": "two\nlines", "expires_in": 3600}),
        (200, {"access_token": "tökén", "expires_in": 3600}),
        (302, ""),
    ],
)
def test_an_answer_without_a_valid_token_is_zoom_failed(zoom, status, body):
    zoom.behave("token", answers(status, body, {"Location": zoom.base_url}))

    assert code_of(create) == ("zoom_failed", 502)
    assert [each.operation for each in zoom.requests] == ["token"]
    assert cache.get(cache_key()) is None


@pytest.mark.parametrize("seconds", [None, "3600", 300])
def test_a_token_without_a_usable_lifetime_is_used_once(zoom, seconds):
    zoom.tokens.add("brief")
    zoom.behave("token", answers(200, {"access_token": "brief", "expires_in": seconds}))

    create()
    create()

    assert len(zoom.asked("token")) == 2


def test_without_the_cache_each_call_gets_its_own_token(zoom, settings):
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


def test_without_credentials_no_call_is_made(zoom, settings):
    settings.ZOOM_API_SECRET = ""

    assert not client.is_configured()
    assert code_of(create) == ("zoom_not_configured", 503)
    assert zoom.requests == []
