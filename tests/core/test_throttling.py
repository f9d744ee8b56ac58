"""Limits (contract C4): counted by person, or else by address; atomic; and not evaded by forged
headers."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest
import time_machine
from rest_framework.exceptions import Throttled
from rest_framework.settings import api_settings

from core.api import throttling
from core.api.throttling import parse_rate, wait_for
from tests.support.envelope import refused

ANONYMOUS = "/api/schema/"


@pytest.fixture
def rates(settings):
    def set_rates(**rates):
        settings.THROTTLE_RATES = settings.THROTTLE_RATES | rates

    return set_rates


@pytest.fixture(autouse=True)
def _in_the_middle_of_a_minute():
    """Freeze time, so that no window ends between two requests of a test."""
    with time_machine.travel("2030-01-01T12:00:20Z", tick=False):
        yield


@pytest.mark.parametrize(
    ("rate", "expected"),
    [
        ("20/minute", (20, 60)),
        ("1/second", (1, 1)),
        ("5/hour", (5, 3600)),
        ("9/day", (9, 86400)),
    ],
)
def test_rates_are_parsed(rate, expected):
    assert parse_rate(rate) == expected


@pytest.mark.parametrize("rate", ["", "20", "x/minute", "20/fortnight", "20/m", "/minute"])
def test_an_invalid_rate_is_an_error(rate):
    with pytest.raises((ValueError, KeyError)):
        parse_rate(rate)


def test_requests_above_the_limit_wait_until_the_window_ends(rates):
    rates(anonymous="3/minute")

    assert [wait_for("anonymous", "a") for _ in range(5)] == [None, None, None, 40, 40]
    with time_machine.travel("2030-01-01T12:01:00Z", tick=False):
        assert wait_for("anonymous", "a") is None


def test_keys_and_scopes_are_counted_separately(rates):
    rates(anonymous="1/minute", person="1/minute")
    keys = ["a", "b", "a" * 10_000, "\0", "ä🎲", "", "a b:c"]

    assert [wait_for("anonymous", key) for key in keys] == [None] * len(keys)
    assert wait_for("person", "a") is None
    assert wait_for("anonymous", "a") == 40


def test_a_request_without_an_address_is_counted_too(rates):
    rates(anonymous="1/minute")
    assert [wait_for("anonymous", None) for _ in range(2)] == [None, 40]


def test_concurrent_requests_are_all_counted(rates):
    rates(anonymous="50/minute")
    with ThreadPoolExecutor(8) as pool:
        waits = list(pool.map(lambda _: wait_for("anonymous", "a"), range(200)))

    assert waits.count(None) == 50


def test_count_raises_throttled_with_the_seconds_to_wait(rates):
    rates(sign_in_account="1/minute")
    throttling.count("sign_in_account", "ada")
    with pytest.raises(Throttled) as caught:
        throttling.count("sign_in_account", "ada")
    assert caught.value.wait == 40


def test_it_can_be_turned_off_for_load_tests(rates, settings):
    rates(anonymous="1/minute")
    settings.DISABLE_THROTTLING = True
    assert [wait_for("anonymous", "a") for _ in range(3)] == [None] * 3


def statuses(client, address=ANONYMOUS, times=3, **headers):
    return [client.get(address, **headers).status_code for _ in range(times)]


@pytest.mark.django_db
class TestRequests:
    def test_a_person_is_counted_across_all_addresses(self, api, rates, student, instructor):
        rates(person="2/minute")
        client = api(student)
        sent = [client.get("/api/sessions/", REMOTE_ADDR=f"10.0.0.{each}") for each in range(3)]

        assert [each.status_code for each in sent] == [200, 200, 429]
        assert refused(sent[2], 429, "too_many_requests")["error"].endswith("in 40 seconds.")
        assert sent[2]["Retry-After"] == "40"
        assert statuses(api(instructor), "/api/sessions/", times=1) == [200]

    def test_anonymous_requests_are_counted_by_address(self, api, rates):
        rates(anonymous="2/minute")

        assert statuses(api()) == [200, 200, 429]
        assert statuses(api(), times=1, REMOTE_ADDR="10.0.0.9") == [200]

    def test_a_forged_header_does_not_change_the_address(self, api, rates):
        rates(anonymous="2/minute")
        sent = [
            api().get(ANONYMOUS, HTTP_X_FORWARDED_FOR=f"10.0.0.{each}").status_code
            for each in range(3)
        ]
        assert sent == [200, 200, 429]

    @pytest.mark.parametrize("forged", ["", "6.6.6.6, ", "6.6.6.6, 7.7.7.7,  ", "\xff, "])
    def test_behind_a_proxy_the_address_it_appended_counts(self, api, rates, monkeypatch, forged):
        monkeypatch.setattr(api_settings, "NUM_PROXIES", 1)  # as the environment variable does
        rates(anonymous="1/minute")
        first = statuses(api(), times=1, HTTP_X_FORWARDED_FOR="10.0.0.1")
        same = statuses(api(), times=1, HTTP_X_FORWARDED_FOR=f"{forged}10.0.0.1")
        other = statuses(api(), times=1, HTTP_X_FORWARDED_FOR=f"{forged}10.0.0.2")

        assert [first, same, other] == [[200], [429], [200]]

    @pytest.mark.parametrize("forged", ["", "6.6.6.6, ", "6.6.6.6, 7.7.7.7,  "])
    def test_behind_two_proxies_the_address_that_the_first_one_saw_counts(
        self, api, rates, monkeypatch, forged
    ):
        monkeypatch.setattr(api_settings, "NUM_PROXIES", 2)
        rates(anonymous="1/minute")
        inner = ", 192.0.2.1"  # the outer proxy, as the inner one saw it
        seen = [f"10.0.0.1{inner}", f"{forged}10.0.0.1{inner}", f"{forged}10.0.0.2{inner}"]

        sent = [statuses(api(), times=1, HTTP_X_FORWARDED_FOR=each) for each in seen]

        assert sent == [[200], [429], [200]]

    @pytest.mark.parametrize(
        ("second", "same"),
        [
            ("2001:db8:1:2:ffff::9", True),
            ("2001:DB8:1:2::1%eth0", True),
            ("2001:db8:1:3::1", False),
            ("198.51.100.1", False),
            ("unknown", False),
        ],
    )
    def test_all_addresses_of_one_ipv6_network_count_as_one(self, api, rates, second, same):
        rates(anonymous="1/minute")
        statuses(api(), times=1, REMOTE_ADDR="2001:db8:1:2::1")

        assert statuses(api(), times=1, REMOTE_ADDR=second) == [429 if same else 200]

    @pytest.mark.parametrize("client", ["198.51.100.1:{}", "[2001:db8::1]:{}"])
    def test_a_port_that_a_proxy_appends_to_an_address_is_ignored(
        self, api, rates, monkeypatch, client
    ):
        monkeypatch.setattr(api_settings, "NUM_PROXIES", 1)
        rates(anonymous="1/minute")

        sent = [
            statuses(api(), times=1, HTTP_X_FORWARDED_FOR=client.format(port))
            for port in (443, 444)
        ]

        assert sent == [[200], [429]]

    def test_an_ipv4_mapped_ipv6_address_is_the_same(self, api, rates):
        rates(anonymous="1/minute")
        sent = [
            statuses(api(), times=1, REMOTE_ADDR=each)
            for each in ("198.51.100.1", "::ffff:198.51.100.1", "::ffff:198.51.100.2")
        ]

        assert sent == [[200], [429], [200]]

    def test_a_server_that_knows_no_addresses_still_serves(self, api, rates):
        rates(anonymous="1/minute")
        assert statuses(api(), times=2, REMOTE_ADDR=None) == [200, 429]


@pytest.mark.django_db
@pytest.mark.parametrize("header", [{}, {"HTTP_AUTHORIZATION": "Bearer wrong"}])
def test_requests_without_a_valid_token_are_counted_by_address(api, settings, header):
    settings.THROTTLE_RATES = settings.THROTTLE_RATES | {"anonymous": "3/hour"}

    answers = [api().get("/api/sessions/", **header) for _ in range(5)]

    assert [answer.status_code for answer in answers] == [401, 401, 401, 429, 429]
    assert int(answers[-1]["Retry-After"]) > 0


def test_long_windows_are_kept_despite_many_other_visitors(settings):
    limit = throttling.parse_rate(settings.THROTTLE_RATES["password_reset_account"])[0]
    for _ in range(limit + 1):
        throttling.wait_for("password_reset_account", "somebody")
    for number in range(1000):
        throttling.wait_for("person", str(number))

    assert throttling.wait_for("password_reset_account", "somebody")
