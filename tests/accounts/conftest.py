"""Fixtures and assertions that the account tests share."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime
from typing import Any

import pytest
import time_machine
from django.core import mail
from django.core.mail import EmailMessage
from django.utils import timezone
from rest_framework.test import APIClient

from accounts import tokens
from accounts.models import User
from accounts.tokens import TokenPair
from mail.jobs import send_mails
from mail.models import Mail
from tests.support.mail_server import MailServer

RESET = "/api/auth/password/reset/"
NEW_PASSWORD = "quite-another-one-31"
USER_KEYS = {"id", "username", "first_name", "last_name", "email", "role", "date_joined"}


@pytest.fixture
def signed_in() -> Callable[[User], TokenPair]:
    """`signed_in(user)`: issue a new pair of tokens for that person."""
    return tokens.issue


@pytest.fixture
def bearer() -> Callable[[str], APIClient]:
    """`bearer(access)`: a client that sends this token, valid or not."""

    def make(access: str) -> APIClient:
        client = APIClient(raise_request_exception=False)
        client.credentials(HTTP_AUTHORIZATION=f"Bearer {access}")
        return client

    return make


@pytest.fixture
def is_valid(api: Any) -> Callable[[str], bool]:
    """`is_valid(token)`: whether this access or refresh token is valid now."""

    def check(token: str) -> bool:
        status = api().post("/api/auth/token/verify/", {"token": token}).status_code
        assert status in {200, 401}
        return bool(status == 200)

    return check


@pytest.fixture
def server(settings: Any) -> Iterator[MailServer]:
    """A mail server, with settings that point to it."""
    with MailServer() as server:
        settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
        settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", server.port
        settings.PUBLIC_URL = "https://sessions.example.org"
        yield server


@pytest.fixture
def reader(person: Callable[..., User]) -> User:
    """A person who has turned mails on."""
    return person("rosa", first_name="Rosa", email_notifications=True)


@pytest.fixture
def queue_mail(now: datetime) -> Callable[..., Mail]:
    """`queue_mail(user)`: a queued mail about a session that is due now."""

    def make(user: User, message: str = "Algebra begins soon.", **fields: Any) -> Mail:
        values = {"subject": "Reminder: Algebra", "created_at": now, "next_try_at": now} | fields
        return Mail.objects.create(
            kind=Mail.Kind.NOTIFICATION, user=user, message=message, **values
        )

    return make


@pytest.fixture
def limited(settings: Any, db: None) -> Iterator[Callable[..., None]]:
    """`limited(sign_in_account="2/minute")`: set these limits, and raise all others. Time is
    frozen, so that no window ends in the middle of a test; `limited.clock` moves it."""

    def set_rates(**rates: str) -> None:
        wide = dict.fromkeys(settings.THROTTLE_RATES, "9999/minute")
        settings.THROTTLE_RATES = wide | rates

    moment = timezone.now().replace(second=20)
    with time_machine.travel(moment, tick=False) as set_rates.clock:  # type: ignore[attr-defined]
        yield set_rates


def assert_refused(answer: Any, status: int, code: str) -> None:
    """An error in the envelope (contract C4)."""
    body = answer.json()
    assert (answer.status_code, body["code"]) == (status, code), body
    assert body["error"]
    if status == 401:
        assert answer["WWW-Authenticate"] == 'Bearer realm="api"'


def assert_invalid(answer: Any, field: str) -> None:
    """A validation error for one field, whose first sentence is the `error`."""
    assert_refused(answer, 400, "validation_error")
    body = answer.json()
    assert list(body["fields"]) == [field], body
    assert body["error"] == body["fields"][field][0]


def mails_for(api: Callable[..., APIClient], *addresses: str) -> list[EmailMessage]:
    """Request a password reset for each address; return the mails that are sent."""
    sent = len(mail.outbox)
    for address in addresses:
        assert api().post(RESET, {"email": address}).status_code == 200
    send_mails(timezone.now())
    return mail.outbox[sent:]
