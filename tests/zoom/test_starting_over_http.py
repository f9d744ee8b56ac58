"""Starting on a real server, with other requests while Zoom creates the meeting (contract O5)."""

from __future__ import annotations

import json
import signal
import sqlite3
import subprocess
import sys
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager

import pytest

from tests.support.server import ROOT, Server
from tests.support.zoom_behaviours import after, hangs
from tests.support.zoom_requests import CLIENT_SECRET
from tests.zoom.site import QUIET, Pause, site_on_sqlite


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    with site_on_sqlite(tmp_path_factory.mktemp("site")) as made:
        yield made


@pytest.fixture
def meetings(site):
    """The meetings at Zoom: none when the test begins."""
    site.zoom.calm()
    site.zoom.meetings.clear()
    return site.zoom.meetings


@contextmanager
def starting(site, session):
    """Run the block while Ada's start waits for Zoom. Its answer is available afterwards."""
    pause = Pause()
    site.zoom.behave("create", pause.behaviour, times=1)
    with ThreadPoolExecutor(1) as pool:
        answer: Future = pool.submit(site.post, session, "start", site.ada)
        pause.wait()
        try:
            yield answer
        finally:
            pause.go.set()


def test_a_second_start_is_refused_during_and_after_the_first(site, meetings):
    session = site.make()

    with starting(site, session) as start:
        meanwhile = site.post(session, "start", site.ben)
        shown = site.show(session)

    assert start.result().status_code == 200
    assert meanwhile.json()["code"] == "start_in_progress"
    assert (shown["status"], shown["allowed_actions"]) == ("pending", ["ready", "cancel"])
    assert site.post(session, "start", site.ben).json()["code"] == "already_started"
    assert list(meetings) == [int(start.result().json()["zoom_meeting_id"])]
    assert len(site.messages(session)) == 1


def test_a_cancellation_during_a_start_does_not_wait_and_leaves_no_meeting(site, meetings):
    session = site.make()

    with starting(site, session) as start:
        assert site.post(session, "cancel", site.ben).json()["status"] == "cancelled"

    assert start.result().status_code == 400
    assert start.result().json()["code"] == "cannot_start"
    assert meetings == {}
    assert site.show(session)["zoom_meeting_url"] == ""
    assert site.messages(session) == []
    assert site.logged(session) == {"created": 1, "cancelled": 1}


def test_ending_the_friendship_during_a_start_cancels_the_session(site, meetings):
    session = site.make()

    with starting(site, session) as start:
        assert site.call("DELETE", f"/v1/friends/{site.ben_id}/", site.ada).status_code == 204

    assert start.result().status_code == 400
    assert site.show(session)["status"] == "cancelled"
    assert meetings == {}
    assert site.messages(session) == []
    site.befriend()


def test_marking_oneself_ready_during_a_start_is_not_lost(site, meetings):
    session = site.make()

    with starting(site, session) as start:
        assert site.post(session, "ready", site.ben).status_code == 200

    assert start.result().json()["participant_ready"] is True
    assert start.result().json()["can_join"] is True


def test_a_sweep_with_a_fast_clock_ends_no_meeting_of_an_active_session(site, meetings):
    session, server, pause = site.make(), site.servers[0], Pause()

    def created_but_unanswered(call):
        status, body = call.zoom.answer(call.recorded)
        pause.entered.set()
        pause.go.wait(10)
        call.write(status, json.dumps(body).encode(), {})

    site.zoom.behave("create", created_but_unanswered, times=1)
    with ThreadPoolExecutor(1) as pool:
        start = pool.submit(site.post, session, "start", site.ada)
        pause.wait()
        # The clock of the machine that sweeps is ahead of this one.
        ten_minutes_pass(server, ATTEMPTS)
        run_jobs(site, server)
        pause.go.set()

    assert start.result().json()["code"] == "start_lost"
    assert meetings == {}
    assert site.show(session)["status"] == "pending"
    assert site.messages(session) == []
    assert site.post(session, "start", site.ada).status_code == 200


def test_a_server_killed_before_its_commit_leaves_no_meeting_behind(site, meetings):
    session, server = site.make(), site.servers[0]
    pause = Pause()
    site.zoom.behave("create", after(lambda call: (pause.entered.set(), hangs(call))), times=1)
    with ThreadPoolExecutor(1) as pool:
        pool.submit(site.post, session, "start", site.ada)
        pause.wait()
        server.stop(signal.SIGKILL)
    assert len(meetings) == 1  # Zoom has created it, but the database has no record of it

    ten_minutes_pass(server, ATTEMPTS, CLAIMS)
    run_jobs(site, server)

    assert meetings == {}
    with Server(server.folder, QUIET | site.zoom.environment, port=server.port):
        assert site.show(session)["status"] == "pending"
        assert site.messages(session) == []
        assert site.post(session, "start", site.ada).status_code == 200
        assert len(meetings) == len(site.messages(session)) == 1

    for secret in (CLIENT_SECRET, "secret-token", "secret-zak", "secret-pwd"):
        assert secret not in server.log


ATTEMPTS = "UPDATE zoom_startattempt SET created_at = datetime(created_at, '-10 minutes')"
CLAIMS = "UPDATE zoom_oneononesession SET start_until = datetime(start_until, '-10 minutes')"


def ten_minutes_pass(server, *updates):
    """Make times in the database of a server ten minutes earlier."""
    with sqlite3.connect(server.folder / "db.sqlite3") as database:
        for update in updates:
            database.execute(update)
    database.close()


def run_jobs(site, server):
    """Run the scheduled jobs once."""
    command = [sys.executable, "manage.py", "run_jobs"]
    environment = {"DATABASE_URL": f"sqlite:///{server.folder / 'db.sqlite3'}"}
    environment |= site.zoom.environment
    subprocess.run(command, cwd=ROOT, env=environment, check=True, capture_output=True)
