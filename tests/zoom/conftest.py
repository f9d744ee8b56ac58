"""Two friends, and their sessions."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import models

from accounts.models import User
from friendships import services as friendships
from zoom import services
from zoom.models import OneOnOneSession


@pytest.fixture(autouse=True)
def stand_in_rooms(settings) -> None:
    """A development server without credentials; the tests of Zoom's own part set them."""
    settings.DEBUG = True


@pytest.fixture
def ada(person) -> User:
    return person("ada", first_name="Ada", last_name="Byron")


@pytest.fixture
def ben(person) -> User:
    return person("ben", first_name="Ben", last_name="Okri")


def befriend(one: User, other: User, now: datetime) -> None:
    request = friendships.ask(by=one, to=other, now=now)
    friendships.accept(request, by=other, now=now)


@pytest.fixture
def friends(ada, ben, now) -> tuple[User, User]:
    befriend(ada, ben, now)
    return ada, ben


@pytest.fixture
def pending(friends, now) -> OneOnOneSession:
    """A session that Ada has made with Ben."""
    ada, ben = friends
    return services.create(by=ada, participant_id=ben.pk, now=now)


@pytest.fixture
def active(pending, ada, now) -> OneOnOneSession:
    """A session that Ada has started; nobody is ready."""
    services.start(pending, by=ada, now=now)
    pending.refresh_from_db()
    return pending


@pytest.fixture
def at_zoom(active, now):
    """An active session whose meeting is Zoom's number 85112345678, not a stand-in."""
    return rewrite(active, zoom_meeting_id="85112345678", zoom_host="me")


def rewrite(session: OneOnOneSession, **columns: Any) -> OneOnOneSession:
    """Write columns past the services."""
    models.QuerySet.update(OneOnOneSession.objects.filter(pk=session.pk), **columns)
    session.refresh_from_db()
    return session


def later(now: datetime, **time: float) -> datetime:
    return now + timedelta(**time)
