"""Settings from the environment: types, limits and error messages; and the system checks for values
that can be read but can't work."""

from __future__ import annotations

import importlib
import sys

import pytest

from config.environment import Environment, cloudinary_account, rename_variable
from core.checks import check_monitoring, check_production, check_redis, check_throttling
from materials.checks import check_materials
from operations.checks import check_operations
from sessions_app.checks import check_approval_policy

env = Environment()


@pytest.fixture
def given(monkeypatch):
    """`given("10")`: set the variable SETTING to that value."""
    return lambda value: monkeypatch.setenv("SETTING", value)


@pytest.mark.parametrize(
    ("value", "read"),
    [("1", True), ("TRUE", True), ("on", True), ("0", False), ("No", False), ("", True)],
)
def test_a_flag_is_read_and_an_empty_one_has_the_default(given, value, read):
    given(value)

    assert env.bool("SETTING", True) is read


@pytest.mark.parametrize("value", ["maybe", "2", "tru"])
def test_an_invalid_flag_stops_the_start(given, value):
    given(value)

    with pytest.raises(SystemExit, match=r"SETTING can't be read: use 1 or 0\."):
        env.bool("SETTING", True)


@pytest.mark.parametrize(("value", "read"), [("7", 7), (" 7 ", 7), ("", 5)])
def test_a_number_is_read(given, value, read):
    given(value)

    assert env.int("SETTING", 5) == read


@pytest.mark.parametrize("value", ["seven", "1.5", "٣", "9" * 5000, "0", "11", "-1"])
def test_a_number_out_of_its_range_stops_the_start(given, value):
    given(value)

    with pytest.raises(SystemExit, match="SETTING"):
        env.int("SETTING", 5, least=1, most=10)


def test_minutes_are_read_from_a_list(given):
    assert env.minutes("UNSET", [60]) == [60]
    given("1440, 60,15")
    assert env.minutes("SETTING", []) == [1440, 60, 15]


@pytest.mark.parametrize("value", ["60;15", "60,", "an hour", "-60", "60.5"])
def test_invalid_minutes_stop_the_start(given, value):
    given(value)

    with pytest.raises(SystemExit, match="use minutes, like 1440,60"):
        env.minutes("SETTING", [])


def test_percentages_are_whole_numbers_up_to_100(given):
    given("80, 95,100")

    assert env.percentages("SETTING", []) == [80, 95, 100]


@pytest.mark.parametrize("value", ["0", "101", "80,", "80%", "٨٠", "-5", "8.5"])
def test_invalid_percentages_stop_the_start(given, value):
    given(value)

    with pytest.raises(SystemExit, match="use percentages, like 80,95"):
        env.percentages("SETTING", [])


@pytest.mark.parametrize("value", ["nonsense", "foo://bar", "mysql://localhost/x"])
def test_an_unsupported_database_stops_the_start(given, value):
    given(value)

    with pytest.raises(SystemExit, match="SETTING can't be read"):
        env.db("SETTING", default="sqlite:///x")


def test_an_invalid_mail_server_stops_the_start(given):
    given("smtp")

    with pytest.raises(SystemExit, match="SETTING can't be read"):
        env.email("SETTING", default="consolemail://")


KNOWN_KEY = "for-development-only-a-key-that-everybody-can-read-here"


@pytest.mark.parametrize(
    ("environment", "named"),
    [
        ({"DEBUG": "0", "ALLOWED_HOSTS": "example.org", "SECRET_KEY": ""}, "SECRET_KEY"),
        (
            {"DEBUG": "0", "ALLOWED_HOSTS": "a", "SECRET_KEY": KNOWN_KEY},
            "SECRET_KEY is the one for",
        ),
        ({"PORT": "eighty"}, "PORT"),
        ({"PORT": "9" * 5000}, "PORT"),
        ({"ACCESS_TOKEN_MINUTES": "1.5"}, "ACCESS_TOKEN_MINUTES"),
        ({"ACCESS_TOKEN_MINUTES": "0"}, "ACCESS_TOKEN_MINUTES"),
        ({"REFRESH_TOKEN_DAYS": "99999999999"}, "REFRESH_TOKEN_DAYS"),
        ({"SESSION_COMPLETION_GRACE_HOURS": "-5"}, "SESSION_COMPLETION_GRACE_HOURS"),
        ({"DEBUG": "maybe"}, "DEBUG"),
        ({"DATABASE_URL": "nonsense"}, "DATABASE_URL"),
        ({"DATABASE_URL": "foo://bar"}, "DATABASE_URL"),
        ({"EMAIL_URL": "smtp"}, "EMAIL_URL"),
    ],
    ids=lambda value: value[:40] if isinstance(value, str) else "+".join(value),
)
def test_the_error_names_the_invalid_variable(monkeypatch, environment, named):
    for module in [name for name in sys.modules if name.startswith("config.settings")]:
        monkeypatch.delitem(sys.modules, module)  # so that it is read again
    for name, value in environment.items():
        monkeypatch.setenv(name, value)

    with pytest.raises(SystemExit, match=named):
        importlib.import_module("config.settings")


def test_the_default_settings_pass_the_checks():
    checks = (check_throttling, check_approval_policy, check_materials)
    assert [found for check in checks for found in check()] == []


@pytest.mark.parametrize("rate", ["20", "20/fortnight", "many/minute", "0/minute", "-5/minute"])
def test_an_invalid_rate_is_reported(settings, rate):
    settings.THROTTLE_RATES = settings.THROTTLE_RATES | {"person": rate}

    [found] = check_throttling()
    assert "THROTTLE_PERSON" in found.msg


def test_an_unknown_approval_policy_is_reported(settings):
    settings.SESSION_APPROVAL_POLICY = "nobody"

    assert [found.id for found in check_approval_policy()] == ["config.E001"]


@pytest.mark.parametrize(
    ("url", "found"),
    [
        ("", []),
        ("redis://h:6379/1", []),
        ("foo://h", ["config.E005"]),
        ("redis://h:x", ["config.E005"]),
        ("redis://h:6379/first", ["config.E005"]),
        ("unix:///run/redis.sock", []),
    ],
)
def test_an_invalid_redis_address_is_reported(settings, url, found):
    settings.REDIS_URL = url

    assert [each.id for each in check_redis()] == found


def test_the_deploy_check_warns_of_development_settings(settings):
    settings.DISABLE_THROTTLING = settings.DEMO_DATA = True
    settings.PUBLIC_URL = "http://localhost:8000"
    settings.REDIS_URL, settings.EMBEDDED_SCHEDULER = "", False
    found = [each.id for each in [*check_production(), *check_operations()]]
    assert found == ["config.W001", "config.W003", "config.W002", "config.W010"]

    settings.DISABLE_THROTTLING = settings.DEMO_DATA = False
    settings.PUBLIC_URL = "https://sessions.example.org"
    settings.EMBEDDED_SCHEDULER = True
    assert check_production() + check_operations() == []


def test_a_cloudinary_account_is_one_url_or_three_parts():
    named = {"cloud_name": "cloud", "api_key": "key", "api_secret": "s/3"}
    prefix = "?upload_prefix=http://127.0.0.1:1/"

    assert cloudinary_account("cloudinary://key:s%2F3@cloud") == named
    assert cloudinary_account("", **named) == named
    assert cloudinary_account(f"cloudinary://key:s%2F3@cloud{prefix}") == named | {
        "upload_prefix": "http://127.0.0.1:1"
    }


@pytest.mark.parametrize("url", ["cloud", "https://key:secret@cloud", "cloudinary://", "http://["])
def test_an_invalid_cloudinary_url_stops_the_start(url):
    with pytest.raises(SystemExit, match="CLOUDINARY_URL can't be read"):
        cloudinary_account(url)


@pytest.mark.parametrize("missing", ["CLOUD_NAME", "API_KEY", "API_SECRET"])
def test_an_incomplete_cloudinary_account_is_reported(settings, missing):
    whole = {"CLOUD_NAME": "cloud", "API_KEY": "key", "API_SECRET": "secret"}
    settings.CLOUDINARY_STORAGE = whole
    assert check_materials() == []

    settings.CLOUDINARY_STORAGE = whole | {missing: ""}

    assert [found.id for found in check_materials()] == ["config.E004"]


def test_an_unknown_file_type_is_reported(settings):
    settings.MATERIAL_EXTENSIONS = ["pdf", "exe"]

    [found] = check_materials()
    assert "MATERIAL_EXTENSIONS has unknown types: exe." in found.msg


@pytest.mark.parametrize(
    ("values", "found"),
    [
        ({}, []),
        ({"SENTRY_DSN": "https://key@sentry.example.org/1"}, []),
        ({"SENTRY_DSN": "sentry.example.org"}, ["config.E020"]),
        ({"METRICS_TOKEN": "short"}, ["config.E021"]),
        ({"METRICS_TOKEN": "äöü" * 8}, ["config.E021"]),
        ({"METRICS_PORT": 9100}, ["config.E022"]),
        ({"METRICS_PORT": 9100, "METRICS_TOKEN": "a-token-for-prometheus-26"}, []),
    ],
    ids=str,
)
def test_invalid_settings_of_monitoring_are_reported(settings, values, found):
    for name in ("SENTRY_DSN", "METRICS_TOKEN"):
        setattr(settings, name, "")
    settings.METRICS_PORT = 0
    for name, value in values.items():
        setattr(settings, name, value)

    assert [each.id for each in check_monitoring()] == found


@pytest.mark.parametrize(("name", "value"), [("LOG_LEVEL", "loud"), ("LOG_FORMAT", "xml")])
def test_an_invalid_log_setting_stops_the_start(monkeypatch, name, value):
    monkeypatch.setenv(name, value)
    monkeypatch.delitem(sys.modules, "config.settings.logs")

    with pytest.raises(SystemExit, match=f"{name} can't be read"):
        importlib.import_module("config.settings.logs")


def test_a_variables_former_name_still_works_with_a_warning(monkeypatch, capsys):
    monkeypatch.setenv("SETTING_BEFORE", "0")
    monkeypatch.delenv("SETTING", raising=False)

    rename_variable("SETTING_BEFORE", "SETTING")

    assert env.bool("SETTING", True) is False
    assert "SETTING_BEFORE was renamed to SETTING" in capsys.readouterr().err


def test_the_new_name_of_a_variable_takes_precedence(monkeypatch):
    monkeypatch.setenv("SETTING_BEFORE", "0")
    monkeypatch.setenv("SETTING", "1")

    rename_variable("SETTING_BEFORE", "SETTING")

    assert env.bool("SETTING", False) is True
