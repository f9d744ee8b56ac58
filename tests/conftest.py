"""Fixtures for all tests: people, sessions, and signed-in clients."""

from __future__ import annotations

import gc
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from datetime import datetime, timedelta
from itertools import count
from typing import Any

import pytest
import time_machine
from django.core.cache import cache
from django.db import connection
from django.test import Client
from django.utils import timezone
from rest_framework.test import APIClient

from accounts import tokens
from accounts.models import User
from core.push.hub import hub
from sessions_app import services
from sessions_app.models import Session
from sessions_app.states import Mode
from tests.support.listening import Collector

PASSWORD = "a-good-password-26"
# The slowest files. They run first, so that no worker gets one of them when the others have ended.
LONGEST = [
    "tests/hostile/test_input.py",
    "tests/browser/test_staff.py",
    "tests/sessions_app/test_races.py",
    "tests/accounts/test_races.py",
    "tests/sessions_app/test_booking_races.py",
    "tests/test_readme.py",
    "tests/operations/test_many_machines.py",
    "tests/operations/test_serve.py",
    "tests/operations/test_scheduler.py",
    "tests/operations/test_run.py",
    "tests/containers/test_proxy.py",
    "tests/notifications/test_push_redis.py",
    "tests/sessions_app/test_actions.py",
    "tests/sessions_app/test_time_zones.py",
    "tests/operations/test_demo.py",
]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    rank = {file: number for number, file in enumerate(LONGEST)}
    items.sort(key=lambda item: rank.get(item.nodeid.split("::")[0], len(rank)))
    for item in items:
        if item.get_closest_marker("postgres") and connection.vendor != "postgresql":
            item.add_marker(pytest.mark.skip(reason="needs PostgreSQL; `make test` runs it there"))


def pytest_collection_finish() -> None:
    """Exclude the modules imported so far from garbage collection, since they stay anyway."""
    gc.collect()
    gc.freeze()


@pytest.fixture(autouse=True)
def quick_and_clean(settings: Any) -> None:
    """Use a fast hash instead of argon2, don't search for static files for each client, and clear
    the throttles' counts of other tests."""
    settings.WHITENOISE_USE_FINDERS = False
    settings.PASSWORD_HASHERS = [
        "django.contrib.auth.hashers.MD5PasswordHasher",
        *settings.PASSWORD_HASHERS,
    ]
    cache.clear()


@pytest.fixture
def now() -> datetime:
    return timezone.now().replace(microsecond=0)


@pytest.fixture
def person(db: None) -> Callable[..., User]:
    """`person("ada", role="instructor")` creates a person; without a name they are numbered."""
    numbers = count(1)

    def make(username: str = "", **fields: Any) -> User:
        name = username or f"person{next(numbers)}"
        fields = {"email_confirmed": True} | fields
        return User.objects.create_user(name, f"{name}@example.com", PASSWORD, **fields)

    return make


@pytest.fixture
def instructor(person: Callable[..., User]) -> User:
    return person("ines", role="instructor", first_name="Ines", last_name="Costa")


@pytest.fixture
def student(person: Callable[..., User]) -> User:
    return person("sam", first_name="Sam", last_name="Reed")


@pytest.fixture
def staff(person: Callable[..., User]) -> User:
    return person("root", is_staff=True, is_superuser=True)


@pytest.fixture
def desk(staff: User) -> Client:
    """Django's test client, signed in to the admin as staff."""
    client = Client()
    client.force_login(staff)
    return client


@pytest.fixture
def session(instructor: User, now: datetime) -> Callable[..., Session]:
    """`session(max_participants=2)` creates an instant session of the instructor, in three days."""

    def make(**fields: Any) -> Session:
        values = {
            "by": instructor,
            "now": now,
            "booking_mode": Mode.INSTANT,
            "title": "React Hooks Workshop",
            "description": "Learn useState, useEffect, and custom hooks",
            "date": now + timedelta(days=3),
            "max_participants": 6,
        } | fields
        return services.create(**values)

    return make


@pytest.fixture
def api() -> Callable[..., APIClient]:
    """`api(user)` returns a client with a real token of the user; `api()` an anonymous one."""

    def make(user: User | None = None) -> APIClient:
        client = APIClient(raise_request_exception=False)
        if user is not None:
            client.credentials(HTTP_AUTHORIZATION=f"Bearer {tokens.issue(user)['access']}")
        return client

    return make


@pytest.fixture
def join(now: datetime) -> Callable[[Session, User], None]:
    """`join(session, user)` makes a person join, or ask to join, a session."""

    def make(session: Session, user: User) -> None:
        row = Session.objects.seen_by(user).get(pk=session.pk)
        services.join(row, by=user, now=now)

    return make


@pytest.fixture
def pushed(settings: Any, django_capture_on_commit_callbacks: Any) -> Callable[..., Any]:
    """`with pushed(user.pk) as frames: …` collects the frames that are pushed after the commit."""

    @contextmanager
    def collect(*user_ids: int) -> Iterator[list[bytes]]:
        settings.REDIS_URL = ""
        collector = Collector(hub, *user_ids)
        collector.start()
        try:
            with django_capture_on_commit_callbacks(execute=True):
                yield collector.frames
        finally:
            collector.stop()

    return collect


@pytest.fixture
def time_machine_at() -> Iterator[Callable[[datetime], None]]:
    """`time_machine_at(moment)` stops the clock at this moment."""
    with ExitStack() as stack:

        def travel(moment: datetime) -> None:
            stack.enter_context(time_machine.travel(moment, tick=False))

        yield travel
