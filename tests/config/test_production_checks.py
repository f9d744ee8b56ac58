"""Deploy checks for a production server that is incompletely configured."""

from __future__ import annotations

import pytest
from django.conf import settings as configured

from core.checks import check_addresses, check_https, check_processes
from mail.checks import check_mails
from materials.checks import check_materials


@pytest.fixture
def production(settings, monkeypatch):
    """A production server with everything set."""
    settings.PUBLIC_URL = "https://learn.example.org"
    settings.FRONTEND_URL = "https://app.example.org"
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT, settings.EMAIL_USE_TLS = "mail.example.org", 587, True
    settings.EMAIL_HOST_USER, settings.EMAIL_HOST_PASSWORD = "learn", "a-password"
    settings.DEFAULT_FROM_EMAIL = "Learn <hello@example.org>"
    settings.REDIS_URL = "redis://redis:6379/0"
    monkeypatch.setitem(settings.DATABASES["default"], "ENGINE", "django.db.backends.postgresql")
    settings.ALLOWED_HOSTS = ["learn.example.org"]
    settings.SECURE_SSL_REDIRECT = True
    settings.SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
    settings.SECURE_HSTS_SECONDS = 2_592_000
    return settings


def found():
    checks = (check_addresses, check_materials, check_mails, check_processes, check_https)
    return [each.id for check in checks for each in check()]


def test_a_fully_configured_server_has_no_warnings(production):
    assert found() == []


@pytest.mark.parametrize(
    ("changes", "ids"),
    [
        ({"PUBLIC_URL": "learn.example.org"}, ["config.E030", "config.W033"]),
        ({"PUBLIC_URL": "http://learn.example.org"}, ["config.W033"]),
        ({"FRONTEND_URL": "http://["}, ["config.E030", "config.W032"]),
        ({"FRONTEND_URL": "http://localhost:3000"}, ["config.W032"]),
        ({"MEDIA_ACCEL_PREFIX": "internal"}, ["config.E031"]),
        ({"MEDIA_ACCEL_PREFIX": "/"}, ["config.E031"]),
        ({"MEDIA_ACCEL_PREFIX": "/internal/"}, []),
        ({"EMAIL_HOST": "localhost", "EMAIL_PORT": 25}, ["config.W030"]),
        ({"EMAIL_HOST": "127.0.0.1", "EMAIL_PORT": 25, "EMAIL_USE_TLS": False}, []),
        ({"EMAIL_HOST": None, "EMAIL_PORT": None}, ["config.W030"]),
        ({"EMAIL_BACKEND": "django.core.mail.backends.console.EmailBackend"}, ["config.W040"]),
        ({"EMAIL_HOST_PASSWORD": None}, ["config.W041"]),
        ({"EMAIL_USE_TLS": False}, ["config.W042"]),
        ({"EMAIL_USE_TLS": False, "EMAIL_USE_SSL": True}, []),
        ({"FRONTEND_URL": "http://app.example.org"}, ["config.W039"]),
        ({"DEFAULT_FROM_EMAIL": "noreply@localhost"}, ["config.W031"]),
        ({"DEFAULT_FROM_EMAIL": "Learn together"}, ["config.W031"]),
        ({"ALLOWED_HOSTS": ["other.example.org"]}, ["config.W043"]),
        ({"ALLOWED_HOSTS": ["https://learn.example.org"]}, ["config.W043"]),
        ({"ALLOWED_HOSTS": [".example.org"]}, []),
        ({"DEFAULT_FROM_EMAIL": "Tutoring Sessions <noreply@localhost>"}, ["config.W031"]),
        ({"REDIS_URL": ""}, ["config.W034"]),
        ({"PORT": 65535, "PUSH_PORT": 65535}, ["config.W044"]),
        ({"ALLOWED_HOSTS": ["*"]}, ["config.W036"]),
        ({"SECURE_PROXY_SSL_HEADER": None}, ["config.W037"]),
        ({"SECURE_PROXY_SSL_HEADER": None, "SECURE_SSL_REDIRECT": False}, []),
        ({"SECURE_HSTS_PRELOAD": True}, ["config.W038"]),
        (
            {
                "SECURE_HSTS_PRELOAD": True,
                "SECURE_HSTS_INCLUDE_SUBDOMAINS": True,
                "SECURE_HSTS_SECONDS": 31_536_000,
            },
            [],
        ),
    ],
    ids=str,
)
def test_each_incomplete_setting_is_reported(production, changes, ids):
    for name, value in changes.items():
        setattr(production, name, value)

    assert found() == ids


def test_sqlite_is_reported(production):
    production.DATABASES["default"]["ENGINE"] = "django.db.backends.sqlite3"

    assert found() == ["config.W035"]


def test_a_warning_names_the_variable_to_set(production):
    production.EMAIL_HOST, production.EMAIL_PORT = "localhost", 25

    [warning] = check_mails()
    assert warning.msg.startswith("EMAIL_URL ")


def test_staff_sessions_last_a_working_day():
    assert configured.SESSION_COOKIE_AGE == 12 * 3600
    assert configured.SESSION_EXPIRE_AT_BROWSER_CLOSE
