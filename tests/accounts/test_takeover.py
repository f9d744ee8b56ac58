"""A stolen access token doesn't take over an account."""

from __future__ import annotations

import pytest

from mail.models import Mail
from tests.accounts.conftest import assert_invalid
from tests.accounts.test_email_change import ME, NEW, OLD

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("confirmation", [True, False])
@pytest.mark.parametrize("password", [{}, {"password": "wrong"}, {"password": ""}])
def test_a_stolen_token_cannot_change_the_address(api, student, settings, confirmation, password):
    settings.EMAIL_CONFIRMATION = confirmation

    answer = api(student).patch(ME, {"email": NEW, "first_name": "Eve"} | password)

    assert_invalid(answer, "password")
    student.refresh_from_db()
    assert (student.email, student.pending_email, student.first_name) == (OLD, "", "Sam")
    assert not Mail.objects.exists()


@pytest.mark.parametrize("password", [{}, {"password": "wrong"}])
def test_the_current_address_needs_no_password(api, student, password):
    shown = api(student).get(ME).json()

    answer = api(student).patch(ME, shown | {"first_name": "Samuel"} | password)

    assert (answer.status_code, answer.json()) == (200, shown | {"first_name": "Samuel"})
