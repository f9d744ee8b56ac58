"""Fixtures: two friends, their sessions, and a fake Zoom."""

from __future__ import annotations

import hashlib
import hmac
import json
import time
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import models

from accounts.models import User
from friendships import services as friendships
from tests.support.fake_zoom import FakeZoom
from zoom import jobs, services
from zoom.models import OneOnOneSession

WEBHOOK = "/v1/zoom/webhook/"
SECRET = "webhook-secret-token"
MEETING = "85112345678"


@pytest.fixture(autouse=True)
def stand_in_rooms(settings) -> None:
    """Use a development server without credentials; the fixture `zoom` sets them."""
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
    """A session that Ada created with Ben."""
    ada, ben = friends
    return services.create(by=ada, participant_id=ben.pk, now=now)


@pytest.fixture
def active(pending, ada, now) -> OneOnOneSession:
    """A session that Ada started; nobody is ready."""
    services.start(pending, by=ada, now=now)
    pending.refresh_from_db()
    return pending


@pytest.fixture
def at_zoom(active, now):
    """An active session with a meeting at Zoom, number 85112345678, not a stand-in room."""
    return rewrite(active, zoom_meeting_id=MEETING, zoom_host="me")


@pytest.fixture
def zoom(settings: Any) -> Iterator[FakeZoom]:
    """A fake Zoom, which this process uses. The test fails if Zoom would refuse a request."""
    with FakeZoom() as fake:
        fake.configure(settings)
        yield fake
    assert fake.complaints == []


@pytest.fixture
def send_event(api, settings):
    """`send_event("meeting.ended")`: send an event with Zoom's signature, return the answer."""
    settings.ZOOM_WEBHOOK_SECRET = SECRET
    client = api()

    def send(name, moment=1, age=0, signature=None, uuid="uuid==", number=MEETING, **participant):
        meeting = {"id": number, "uuid": uuid, "topic": "Ada and Ben", "host_id": "h"}
        if participant:
            meeting["participant"] = participant
        document = {"event": name, "event_ts": moment, "payload": {"object": meeting}}
        return raw(json.dumps(document).encode(), age, signature)

    def raw(body, age=0, signature=None):
        timestamp = str(int(time.time()) - age)
        message = b"v0:" + timestamp.encode() + b":" + body
        valid = "v0=" + hmac.new(SECRET.encode(), message, hashlib.sha256).hexdigest()
        return client.generic(
            "POST",
            WEBHOOK,
            body,
            content_type="application/json",
            HTTP_X_ZM_REQUEST_TIMESTAMP=timestamp,
            HTTP_X_ZM_SIGNATURE=valid if signature is None else signature,
        )

    send.raw = raw
    return send


@pytest.fixture
def press(pending, api, ada, django_capture_on_commit_callbacks):
    """`press("start")`: post the action as Ada, and run the callbacks that follow the commit."""

    def post(action, by=ada):
        with django_capture_on_commit_callbacks(execute=True):
            return api(by).post(f"/v1/sessions/{pending.pk}/{action}/")

    return post


def rewrite(session: OneOnOneSession, **columns: Any) -> OneOnOneSession:
    """Change columns directly, bypassing the services."""
    models.QuerySet.update(OneOnOneSession.objects.filter(pk=session.pk), **columns)
    session.refresh_from_db()
    return session


def sweep(now):
    """Find and end orphaned meetings, as the jobs do ten minutes later."""
    later = now + timedelta(minutes=10)
    jobs.sweep_meetings(later)
    jobs.end_meetings(later)
