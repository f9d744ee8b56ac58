"""System checks of the Zoom settings."""

from __future__ import annotations

import pytest

from zoom.checks import check_zoom, check_zoom_in_production

CREDENTIALS = ("ZOOM_ACCOUNT_ID", "ZOOM_API_KEY", "ZOOM_API_SECRET")


@pytest.fixture
def production(settings):
    """A production server with all of Zoom's settings."""
    settings.DEBUG = False
    settings.ZOOM_WEBHOOK_SECRET = "secret"
    for name in CREDENTIALS:
        setattr(settings, name, "given")
    return settings


def ids(found):
    return [each.id for each in found]


def test_all_zoom_settings_or_none_are_accepted(production):
    assert check_zoom() == check_zoom_in_production() == []

    for name in CREDENTIALS:
        setattr(production, name, "")
    assert check_zoom() == []


@pytest.mark.parametrize("name", CREDENTIALS)
def test_incomplete_credentials_are_an_error(production, name):
    setattr(production, name, "")

    assert ids(check_zoom()) == ["config.E006"]


@pytest.mark.parametrize("name", ["ZOOM_BASE_URL", "ZOOM_OAUTH_URL"])
@pytest.mark.parametrize(
    "address", ["http://zoom.example/v2", "zoom.example", "ftp://localhost", "https://", "http://["]
)
def test_zooms_addresses_must_be_https(production, name, address):
    setattr(production, name, address)

    [found] = check_zoom()
    assert found.id == "config.E007"
    assert name in found.msg


@pytest.mark.parametrize(
    "address", ["http://127.0.0.1:9000/v2", "http://[::1]", "http://localhost"]
)
def test_plain_http_is_allowed_on_this_machine(production, address):
    production.ZOOM_BASE_URL = address

    assert check_zoom() == []


def test_plain_http_is_allowed_in_development(production):
    production.DEBUG = True
    production.ZOOM_BASE_URL = "http://zoom.example/v2"

    assert check_zoom() == []


def test_an_empty_list_of_hosts_is_an_error(production):
    production.ZOOM_HOST_USERS = [" "]

    assert ids(check_zoom()) == ["config.E008"]


def test_the_deploy_check_warns_of_missing_settings(production):
    production.ZOOM_WEBHOOK_SECRET = ""
    assert ids(check_zoom_in_production()) == ["config.W005"]

    for name in CREDENTIALS:
        setattr(production, name, "")
    assert ids(check_zoom_in_production()) == ["config.W004"]
