"""What the tests of accounts share: token pairs, and what is expected of refusals."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from rest_framework.test import APIClient

from accounts import tokens
from accounts.models import User
from accounts.tokens import TokenPair

NEW_PASSWORD = "quite-another-one-31"
USER_KEYS = {"id", "username", "first_name", "last_name", "email", "role", "date_joined"}


@pytest.fixture
def signed_in() -> Callable[[User], TokenPair]:
    """`signed_in(user)`: a fresh pair of tokens of that person."""
    return tokens.issue


@pytest.fixture
def bearer() -> Callable[[str], APIClient]:
    """`bearer(access)`: a client that sends this token, whatever it is."""

    def make(access: str) -> APIClient:
        client = APIClient(raise_request_exception=False)
        client.credentials(HTTP_AUTHORIZATION=f"Bearer {access}")
        return client

    return make


@pytest.fixture
def is_good(api: Any) -> Callable[[str], bool]:
    """`is_good(token)`: would this access or refresh token be taken now?"""

    def ask(token: str) -> bool:
        status = api().post("/api/auth/token/verify/", {"token": token}).status_code
        assert status in {200, 401}
        return bool(status == 200)

    return ask


def assert_refused(answer: Any, status: int, code: str) -> None:
    """An error in the envelope of contract C4."""
    body = answer.json()
    assert (answer.status_code, body["code"]) == (status, code), body
    assert body["error"]
    if status == 401:
        assert answer["WWW-Authenticate"] == 'Bearer realm="api"'


def assert_invalid(answer: Any, field: str) -> None:
    """A validation error of one field, whose first sentence is the `error`."""
    assert_refused(answer, 400, "validation_error")
    body = answer.json()
    assert list(body["fields"]) == [field], body
    assert body["error"] == body["fields"][field][0]
