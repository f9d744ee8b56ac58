"""Reminders, expiry and completion by several schedulers at once, one of which is killed (contract
N3, S14), on PostgreSQL, with a negative control."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Iterator

import pytest

from tests.sessions_app.due_reminders import OVERDUE, PEOPLE, SESSIONS
from tests.support.databases import execute, fresh_postgres, rows
from tests.support.server import ROOT

pytestmark = pytest.mark.postgres

RUN_JOBS = [sys.executable, "manage.py", "run_jobs"]
SABOTAGED = [sys.executable, "-m", "tests.sessions_app.saboteur", "run_jobs"]
RUNNERS = 5


@pytest.fixture
def url() -> Iterator[str]:
    with fresh_postgres() as made:
        fill = [sys.executable, "-m", "tests.sessions_app.due_reminders"]
        subprocess.run(fill, cwd=ROOT, env=environment(made), check=True)
        yield made


def environment(url: str) -> dict[str, str]:
    return os.environ | {"DATABASE_URL": url, "SABOTAGE": "move_without_lock_or_swap"}


def start(url: str, command: list[str]) -> list[subprocess.Popen[bytes]]:
    return [
        subprocess.Popen(command, cwd=ROOT, env=environment(url), stdout=subprocess.DEVNULL)
        for _ in range(RUNNERS)
    ]


def reminders(url: str) -> int:
    return notified(url, "reminder")


def notified(url: str, event: str) -> int:
    query = f"SELECT count(*) FROM notifications_notification WHERE event = '{event}'"
    number = rows(url, query)[0][0]
    assert isinstance(number, int)
    return number


def ended_once(url: str) -> bool:
    """Whether each participant of each overdue session was notified of its end once."""
    once = OVERDUE * (PEOPLE - 1)
    return notified(url, "expired") == notified(url, "completed") == once


def wait_for_reminders(url: str, number: int) -> None:
    deadline = time.monotonic() + 60
    while reminders(url) < number and time.monotonic() < deadline:
        time.sleep(0.01)  # before the condition is checked again


def test_five_schedulers_one_of_them_killed_notify_everybody_once(url: str) -> None:
    schedulers = start(url, RUN_JOBS)
    wait_for_reminders(url, SESSIONS)
    schedulers[0].kill()

    exit_codes = [scheduler.wait(timeout=60) for scheduler in schedulers]

    assert exit_codes[1:] == [0] * (RUNNERS - 1)
    assert reminders(url) == SESSIONS * PEOPLE
    people = "SELECT DISTINCT user_id, session_id FROM notifications_notification"
    assert len(rows(url, f"{people} WHERE event = 'reminder'")) == SESSIONS * PEOPLE
    assert ended_once(url)


def test_without_lock_swap_and_constraint_people_are_notified_again(url: str) -> None:
    [(constraint,)] = rows(
        url, "SELECT conname FROM pg_constraint WHERE conname LIKE '%notification_dedupe_key%'"
    )
    execute(url, f"ALTER TABLE notifications_notification DROP CONSTRAINT {constraint}")

    for scheduler in start(url, SABOTAGED):
        scheduler.wait(timeout=60)

    assert reminders(url) > SESSIONS * PEOPLE
    assert not ended_once(url)
