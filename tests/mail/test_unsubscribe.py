"""The unsubscribe link in a mail's footer and header (RFC 8058) turns one person's mails off."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from datetime import UTC, datetime, timedelta

import pytest
import requests

from accounts.models import User
from mail.unsubscribing import unsubscribe_links
from tests.accounts.conftest import assert_refused
from tests.support.mail_server import MailServer, part
from tests.support.server import ROOT, Server, free_port

pytestmark = pytest.mark.django_db

FORM = "application/x-www-form-urlencoded"


def path_of(user):
    return f"/api/auth/unsubscribe/{unsubscribe_links.sign(str(user.pk))}/"


def wants_mails(user):
    return User.objects.get(pk=user.pk).email_notifications


@pytest.mark.parametrize(
    ("kind", "body"),
    [
        (FORM, "List-Unsubscribe=One-Click"),
        (FORM, ""),
        ("multipart/form-data; boundary=x", "--x--"),
        ("application/json", "{}"),
        ("application/json", "[broken"),
        ("text/plain", "x" * 200_000),
    ],
)
def test_a_post_with_any_body_turns_mails_off_and_repeating_it_changes_nothing(
    api, reader, kind, body
):
    for _ in range(2):
        answer = api().generic("POST", path_of(reader), body, content_type=kind)

        assert (answer.status_code, set(answer.json())) == (200, {"message"})
        assert not wants_mails(reader)


def test_other_peoples_mails_stay_on(api, reader, person):
    other = person(email_notifications=True)

    api().post(path_of(reader))

    assert wants_mails(other)


@pytest.mark.parametrize("method", ["get", "head"])
def test_following_the_link_turns_nothing_off(api, reader, method):
    answer = getattr(api(), method)(path_of(reader))

    assert answer.status_code == 200
    assert wants_mails(reader)


def test_the_page_has_one_button_and_loads_nothing(api, reader):
    answer = api().get(path_of(reader))

    page = answer.content.decode()
    assert answer["Content-Type"].startswith("text/html")
    assert page.count("<button") == 1
    assert '<form method="post">' in page
    assert re.findall(r"<script|<img|<link|https?:|url\(", page) == []


@pytest.mark.parametrize("method", ["get", "post"])
def test_an_invalid_token_is_404_and_changes_nothing(api, reader, person, method):
    good = unsubscribe_links.sign(str(reader.pk))
    other = unsubscribe_links.sign(str(person().pk))
    mixed = f"{reader.pk}.{other.partition('.')[2]}"

    for token in (str(reader.pk), f"{reader.pk}.", good[:-1], f"{good}x", mixed, good.upper(), "."):
        answer = getattr(api(), method)(f"/api/auth/unsubscribe/{token}/")
        assert_refused(answer, 404, "unsubscribe_link_invalid")

    assert wants_mails(reader)


@pytest.fixture
def site(tmp_path):
    """A server, and the mail server that its jobs, run by hand, send to."""
    with MailServer() as mails:
        port = free_port()
        environment = {
            "DEMO_DATA": "0",
            "EMBEDDED_SCHEDULER": "0",
            "EMAIL_URL": f"smtp://127.0.0.1:{mails.port}",
            "PUBLIC_URL": f"http://127.0.0.1:{port}",
        }
        with Server(tmp_path, environment, port=port) as server:
            yield server, mails


def test_a_mail_clients_unsubscribe_button_turns_mails_off(site):
    server, mails = site
    run_jobs = [sys.executable, "manage.py", "run_jobs"]
    token = server.register("ines", role="instructor")
    server.call("PATCH", "/api/auth/me/", token, json={"email_notifications": True})
    subprocess.run(run_jobs, cwd=ROOT, env=os.environ | server.settings, check=True)
    [confirmation] = mails.mails
    parts = dict(re.findall(r"^(uid|token): ([\w-]+)", part(confirmation, "plain"), re.MULTILINE))
    assert server.call("POST", "/api/auth/email/confirm/", json=parts).status_code == 200
    date = (datetime.now(UTC) + timedelta(hours=12)).isoformat()
    body = {"title": "Algebra", "description": "D", "date": date, "max_participants": 5}
    server.call("POST", "/api/sessions/", token, json=body)
    subprocess.run(run_jobs, cwd=ROOT, env=os.environ | server.settings, check=True)
    mail = mails.mails[1]
    link = mail["List-Unsubscribe"].strip(" <>")

    assert requests.get(link, timeout=10).headers["Content-Type"].startswith("text/html")
    assert server.call("GET", "/api/auth/me/", token).json()["email_notifications"] is True
    answer = requests.post(link, data={"List-Unsubscribe": "One-Click"}, timeout=10)

    assert answer.status_code == 200
    assert server.call("GET", "/api/auth/me/", token).json()["email_notifications"] is False
