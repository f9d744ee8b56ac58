"""Shared by the tests of notifications: people who want mails, and a server with live push."""

from __future__ import annotations

import sys
from collections.abc import Callable
from typing import Any

import pytest

from accounts.models import User
from tests.support.server import Server


@pytest.fixture
def subscriber(person: Callable[..., User]) -> Callable[..., User]:
    """`subscriber("rosa", "Europe/Berlin")`: somebody who wants mails, in this time zone."""

    def make(name: str, zone: str = "UTC", **fields: Any) -> User:
        return person(name, timezone=zone, email_notifications=True, **fields)

    return make


@pytest.fixture(scope="session")
def push_site(tmp_path_factory):
    environment = {
        "DEMO_DATA": "0",
        "DISABLE_THROTTLING": "1",
        "REDIS_URL": "",
        "CORS_ALLOWED_ORIGINS": "https://app.example.org",
        "SOCKETS_PER_PERSON": "3",
        "SOCKET_CHECK_SECONDS": "3600",
        "REMINDER_LEAD_MINUTES": "600",
        "DJANGO_SETTINGS_MODULE": "config.settings",
    }
    command = [sys.executable, "-m", "tests.notifications.fast_reminders_server"]
    with Server(tmp_path_factory.mktemp("push"), environment, command) as running:
        yield running
        assert "Traceback" not in running.log


@pytest.fixture(scope="session")
def ines(push_site):
    return push_site.register("ines", role="instructor")


@pytest.fixture(scope="session")
def sam(push_site):
    return push_site.register("sam")
