"""The mail with a link to set a new password: who gets it, and that requesting it reveals nothing
(contract C2)."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from django.core import mail
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from mail.jobs import send_mails
from mail.models import Mail
from tests.accounts.conftest import RESET, mails_for

pytestmark = pytest.mark.django_db


def test_the_mail_goes_to_the_owner_alone_and_contains_the_link(api, settings, student):
    [message] = mails_for(api, "SAM@example.com")

    assert message.recipients() == ["sam@example.com"]
    assert message.to == ["sam@example.com"]
    assert message.from_email == settings.DEFAULT_FROM_EMAIL
    assert "Hello sam," in message.body
    html, _ = message.alternatives[0]
    for text in (message.body, html):
        assert f"{settings.FRONTEND_URL}/reset-password?uid=" in text
    assert "List-Unsubscribe" not in message.message()


@pytest.fixture
def addresses(person):
    """The addresses of an account, a deactivated one and nobody, and an invalid address."""
    person("sam")
    person("gone", is_active=False)
    return ["sam@example.com", "gone@example.com", "nobody@example.com", "no address"]


def test_neither_the_answer_nor_the_work_reveals_whether_an_account_exists(api, addresses):
    seen = set()
    for address in addresses:
        with CaptureQueriesContext(connection) as captured:
            answer = api().post(RESET, {"email": address})
        verbs = tuple(query["sql"].partition(" ")[0] for query in captured)
        seen.add((answer.status_code, answer.content, verbs))

    assert mail.outbox == []
    assert len(seen) == 1
    assert seen.pop()[2] == ("INSERT",)


def test_only_active_accounts_get_a_mail_and_no_other_row_remains(api, addresses):
    assert [message.to for message in mails_for(api, *addresses)] == [["sam@example.com"]]

    assert list(Mail.objects.values_list("address", flat=True)) == ["sam@example.com"]


def test_no_token_for_a_reset_is_stored(api, student):
    [message] = mails_for(api, student.email)
    token = re.search(r"token: (\S+)", message.body)[1]

    assert token not in str(Mail.objects.values().get())


def test_a_link_that_would_already_have_expired_is_not_sent(api, settings, student):
    api().post(RESET, {"email": student.email})

    send_mails(timezone.now() + timedelta(seconds=settings.PASSWORD_RESET_TIMEOUT + 1))

    assert mail.outbox == []
    assert not Mail.objects.exists()
