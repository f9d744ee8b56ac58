"""Several schedulers at once send each mail once, on PostgreSQL. The negative control runs the same
schedulers without the condition in the claim."""

from __future__ import annotations

import os
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator

import pytest

from tests.accounts.site import SABOTEUR
from tests.mail.waiting_mails import MAILS
from tests.support.databases import fresh_postgres
from tests.support.mail_server import MailServer
from tests.support.server import ROOT

pytestmark = pytest.mark.postgres

RUN_JOBS = [sys.executable, "manage.py", "run_jobs"]
SCHEDULERS = 3


@pytest.fixture
def server() -> Iterator[MailServer]:
    """Accepts no mail before all schedulers have connected, and so have read the queue."""
    with MailServer(together=SCHEDULERS) as server:
        yield server


@pytest.fixture
def environment(server: MailServer) -> Iterator[dict[str, str]]:
    with fresh_postgres() as url:
        settings = {
            "DATABASE_URL": url,
            "EMAIL_URL": f"smtp://127.0.0.1:{server.port}",
            "SABOTAGE": "mail",
        }
        fill = [sys.executable, "-m", "tests.mail.waiting_mails"]
        subprocess.run(fill, cwd=ROOT, env=os.environ | settings, check=True)
        yield os.environ | settings


def run(command: list[str], environment: dict[str, str]) -> None:
    processes = [subprocess.Popen(command, cwd=ROOT, env=environment) for _ in range(SCHEDULERS)]
    assert [process.wait(timeout=60) for process in processes] == [0] * SCHEDULERS


def sent(server: MailServer) -> Counter[str]:
    return Counter(str(mail["Subject"]) for mail in server.mails)


def test_three_schedulers_at_once_send_each_mail_once(
    server: MailServer, environment: dict[str, str]
) -> None:
    run(RUN_JOBS, environment)

    assert sent(server) == {f"Mail {number}": 1 for number in range(MAILS)}


def test_control_without_the_claims_condition_mails_are_sent_again(
    server: MailServer, environment: dict[str, str]
) -> None:
    run([*SABOTEUR, "run_jobs"], environment)

    assert max(sent(server).values()) > 1
