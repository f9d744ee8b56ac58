"""What the system checks say of Zoom's settings."""

from __future__ import annotations

import pytest

from config.checks import zoom_is_set_up, zoom_makes_sense

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


def test_all_of_zooms_settings_or_none_make_sense(production):
    assert zoom_makes_sense() == zoom_is_set_up() == []

    for name in CREDENTIALS:
        setattr(production, name, "")
    assert zoom_makes_sense() == []


@pytest.mark.parametrize("name", CREDENTIALS)
def test_credentials_are_complete_or_an_error(production, name):
    setattr(production, name, "")

    assert ids(zoom_makes_sense()) == ["config.E006"]


@pytest.mark.parametrize("name", ["ZOOM_BASE_URL", "ZOOM_OAUTH_URL"])
@pytest.mark.parametrize(
    "address", ["http://zoom.example/v2", "zoom.example", "ftp://localhost", "https://", "http://["]
)
def test_secrets_go_to_no_address_where_others_can_read_them(production, name, address):
    setattr(production, name, address)

    [found] = zoom_makes_sense()
    assert found.id == "config.E007"
    assert name in found.msg


@pytest.mark.parametrize(
    "address", ["http://127.0.0.1:9000/v2", "http://[::1]", "http://localhost"]
)
def test_this_machine_needs_no_https(production, address):
    production.ZOOM_BASE_URL = address

    assert zoom_makes_sense() == []


def test_development_needs_no_https(production):
    production.DEBUG = True
    production.ZOOM_BASE_URL = "http://zoom.example/v2"

    assert zoom_makes_sense() == []


def test_meetings_need_a_host(production):
    production.ZOOM_HOST_USERS = [" "]

    assert ids(zoom_makes_sense()) == ["config.E008"]


def test_a_deploy_check_warns_of_what_is_missing(production):
    production.ZOOM_WEBHOOK_SECRET = ""
    assert ids(zoom_is_set_up()) == ["config.W005"]

    for name in CREDENTIALS:
        setattr(production, name, "")
    assert ids(zoom_is_set_up()) == ["config.W004"]
