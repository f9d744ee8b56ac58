"""Faults in the middle of acts (`tests/faults/lab.py`): a sample here; every act at every place by
`FAULTS=all pytest tests/faults`, in many minutes, or by `python -m bench.proof.faults`."""

from __future__ import annotations

import json
import os
import subprocess
import sys

import pytest
from django.db import connection

from tests.databases import ROOT, fresh_postgres, migrated_sqlite

ALL = os.environ.get("FAULTS") == "all"


def lab(url: str, faults: str, acts: str, *arguments: str, step: int) -> dict:
    """What came of faults at each `step`-th place of these acts; of all, if all are asked for."""
    sampled = [] if ALL else ["--step", str(step), "--acts", acts]
    command = [sys.executable, "-m", "tests.faults.lab", faults, *sampled, *arguments]
    environment = os.environ | {"DATABASE_URL": url}
    ended = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True)
    assert ended.returncode == 0, ended.stderr
    return json.loads(ended.stdout)


@pytest.fixture(scope="module")
def found(tmp_path_factory) -> dict:
    """What came of kills and full disks, on SQLite.

    Tried on what asks Zoom, and on a note of several pages: a short row may find room in a full
    database.
    """
    file = tmp_path_factory.mktemp("faults") / "db.sqlite3"
    file.write_bytes(migrated_sqlite())
    arguments = "--torn", "approve_request"
    return lab(f"sqlite:///{file}", "killed,full", "start,add_note", *arguments, step=13)


def test_whoever_is_killed_or_has_no_room_leaves_nothing_half_done(found):
    assert found["problems"] == []
    assert found["trials"].keys() == {"killed", "killed at a call", "answer lost", "disk full"}
    assert found["regrets"]["disk full"] > 2


def test_without_transactions_a_kill_leaves_half_an_act(found):
    """The negative control of the one above, and of what it looks for."""
    assert any("statement" in each for each in found["torn"])


@pytest.mark.postgres
def test_a_database_that_fails_an_act_gets_a_503_and_no_half_act():
    with fresh_postgres() as url:
        found = lab(url, "cut,refused,twice,clock", "start", step=19)

    assert found["problems"] == []
    assert found["regrets"]["connection cut"] > 0
    assert found["regrets"]["write refused"] > 0
    assert found["trials"]["twice at once"] > 0
    assert found["trials"]["clock wrong"] == 2


@pytest.mark.postgres
def test_a_database_that_only_reads_is_a_503(api, student):
    """As after a failover, until the address leads to the new one."""
    client = api(student)
    with connection.cursor() as cursor:
        cursor.execute("SET TRANSACTION READ ONLY")

    answer = client.patch("/api/auth/me/", {"first_name": "Ada"}, format="json")

    assert (answer.status_code, answer.json()["code"]) == (503, "database_unavailable")
    assert answer["Retry-After"] == "5"
