"""Faults in the middle of acts (`tests/faults/lab.py`). This tests a sample. `FAULTS=all pytest
tests/faults` and `python -m proof.faults` test every act at every place, in many minutes."""

from __future__ import annotations

import json
import os
import subprocess
import sys

import pytest
from django.db import connection

from tests.support.databases import ROOT, fresh_postgres, migrated_sqlite

ALL = os.environ.get("FAULTS") == "all"


def lab(url: str, faults: str, acts: str, *arguments: str, step: int) -> dict:
    """Return the results of faults at every `step`-th place of these acts; of all if `ALL`."""
    sampled = [] if ALL else ["--step", str(step), "--acts", acts]
    command = [sys.executable, "-m", "tests.faults.lab", faults, *sampled, *arguments]
    environment = os.environ | {"DATABASE_URL": url}
    ended = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True)
    assert ended.returncode == 0, ended.stderr
    return json.loads(ended.stdout)


@pytest.fixture(scope="module")
def found(tmp_path_factory) -> dict:
    """The results of kills and full disks on SQLite.

    They are tried on an act that calls Zoom, and on a note of several pages, since a full database
    may have room for a short row.
    """
    file = tmp_path_factory.mktemp("faults") / "db.sqlite3"
    file.write_bytes(migrated_sqlite())
    arguments = "--control", "approve_request"
    return lab(f"sqlite:///{file}", "killed,full", "start,add_note", *arguments, step=13)


def test_kills_and_full_disks_leave_nothing_half_done(found):
    assert found["problems"] == []
    assert found["trials"].keys() == {"killed", "killed at a call", "answer lost", "disk full"}
    assert found["unavailable"]["disk full"] > 2


def test_without_transactions_a_kill_leaves_an_act_half_done(found):
    """The negative control of the test above, and of its checks."""
    assert any("statement" in each for each in found["control"])


@pytest.mark.postgres
def test_database_failures_are_answered_with_503_and_leave_nothing_half_done():
    with fresh_postgres() as url:
        found = lab(url, "cut,refused,twice,clock", "start", step=19)

    assert found["problems"] == []
    assert found["unavailable"]["connection cut"] > 0
    assert found["unavailable"]["write refused"] > 0
    assert found["trials"]["twice at once"] > 0
    assert found["trials"]["clock wrong"] == 2


@pytest.mark.postgres
def test_a_read_only_database_is_a_503(api, student):
    """As after a failover, until the address points to the new server."""
    client = api(student)
    with connection.cursor() as cursor:
        cursor.execute("SET TRANSACTION READ ONLY")

    answer = client.patch("/api/auth/me/", {"first_name": "Ada"}, format="json")

    assert (answer.status_code, answer.json()["code"]) == (503, "database_unavailable")
    assert answer["Retry-After"] == "5"
