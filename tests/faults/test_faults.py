"""Faults in the middle of acts (`tests/faults/lab.py`): a sample here, all of them with FAULTS=all
or, with what lies between, by `python -m bench.proof.faults`."""

from __future__ import annotations

import json
import os
import subprocess
import sys

import pytest
from django.db import connection

from tests.databases import ROOT, fresh_postgres, migrated_sqlite

ALL = os.environ.get("FAULTS") == "all"
SAMPLE = "approve_request,start"  # a decision, and what asks Zoom


def lab(url: str, faults: str, *arguments: str, step: int = 19) -> dict:
    sampled = [] if ALL else ["--step", str(step), "--acts", SAMPLE]
    command = [sys.executable, "-m", "tests.faults.lab", faults, *sampled, *arguments]
    environment = os.environ | {"DATABASE_URL": url}
    ended = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True)
    assert ended.returncode == 0, ended.stderr
    return json.loads(ended.stdout)


@pytest.fixture
def sqlite(tmp_path) -> str:
    (tmp_path / "db.sqlite3").write_bytes(migrated_sqlite())
    return f"sqlite:///{tmp_path / 'db.sqlite3'}"


def test_whoever_is_killed_or_has_no_room_leaves_nothing_half_done(sqlite):
    found = lab(sqlite, "killed,full")

    assert found["problems"] == []
    assert found["trials"].keys() == {"killed", "killed at a call", "answer lost", "disk full"}
    assert found["regrets"]["disk full"] > 2


def test_without_transactions_a_kill_leaves_half_an_act(sqlite):
    """The negative control of the one above, and of what it looks for."""
    found = lab(sqlite, "killed", "--without-transactions", "--acts", "approve_request", step=12)

    assert any("statement" in each for each in found["problems"])


@pytest.mark.postgres
def test_a_database_that_fails_an_act_gets_a_503_and_no_half_act():
    with fresh_postgres() as url:
        found = lab(url, "cut,refused,twice")

    assert found["problems"] == []
    assert found["regrets"]["connection cut"] > 0
    assert found["regrets"]["write refused"] > 0
    assert found["trials"]["twice at once"] > 1


@pytest.mark.postgres
def test_a_database_that_only_reads_is_a_503(api, student):
    """As after a failover, until the address leads to the new one."""
    client = api(student)
    with connection.cursor() as cursor:
        cursor.execute("SET TRANSACTION READ ONLY")

    answer = client.patch("/api/auth/me/", {"first_name": "Ada"}, format="json")

    assert (answer.status_code, answer.json()["code"]) == (503, "database_unavailable")
    assert answer["Retry-After"] == "5"
