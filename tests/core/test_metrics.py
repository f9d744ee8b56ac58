"""Metrics for Prometheus: what is counted when, and the sum over all processes."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest
from django.db import transaction

from core.errors import APIError
from core.observability.metrics import ACTS, CALLS, REGISTRY, THROTTLED, measure_call
from sessions_app import services
from sessions_app.states import Mode
from tests.support.server import ROOT


def count(counter, *labels):
    return counter.labels(*labels)._value.get()


@pytest.fixture
def added():
    """`added(ACTS, "join", "done")`: how much the counter has grown since the first call."""
    before = {}

    def since(counter, *labels):
        value = count(counter, *labels)
        return value - before.setdefault((counter, labels), value)

    return since


@pytest.mark.django_db
def test_a_booking_is_counted_once_it_is_committed(
    session, student, join, added, django_capture_on_commit_callbacks
):
    added(ACTS, "join", "done")
    row = session()

    with django_capture_on_commit_callbacks(execute=True):
        join(row, student)
        assert added(ACTS, "join", "done") == 0
    assert added(ACTS, "join", "done") == 1


@pytest.mark.django_db
def test_a_booking_that_is_rolled_back_is_not_counted(
    session, student, join, added, django_capture_on_commit_callbacks
):
    added(ACTS, "join", "done")

    with django_capture_on_commit_callbacks(execute=True), transaction.atomic():
        join(session(), student)
        transaction.set_rollback(True)

    assert added(ACTS, "join", "done") == 0


@pytest.mark.django_db
def test_a_refusal_is_counted_under_its_code(session, person, join, added, now, instructor):
    row = session(max_participants=2)
    for _ in range(2):
        join(row, person())
    added(ACTS, "join", "session_full"), added(ACTS, "approve_request", "no_pending_request")

    with pytest.raises(APIError):
        join(row, person())
    offered = session(booking_mode=Mode.REQUEST, subject="Maths", level="beginner")
    with pytest.raises(APIError):
        services.approve_request(offered, user_id=person().pk, by=instructor, now=now)

    assert added(ACTS, "join", "session_full") == 1
    assert added(ACTS, "approve_request", "no_pending_request") == 1


def test_a_call_is_counted_by_its_outcome(added):
    added(CALLS, "zoom", "list_meetings", "ok"), added(CALLS, "zoom", "list_meetings", "failed")

    with measure_call("zoom", "list_meetings"):
        pass
    with pytest.raises(ValueError, match="odd"), measure_call("zoom", "list_meetings"):
        raise ValueError("odd")

    assert added(CALLS, "zoom", "list_meetings", "ok") == 1
    assert added(CALLS, "zoom", "list_meetings", "failed") == 1


@pytest.mark.django_db
def test_a_throttled_request_is_counted_under_its_limit(api, settings, added):
    settings.THROTTLE_RATES = settings.THROTTLE_RATES | {"anonymous": "1/day"}
    added(THROTTLED, "anonymous")

    assert [api().get("/api/sessions/").status_code for _ in range(3)][-1] == 429

    assert added(THROTTLED, "anonymous") >= 1


@pytest.mark.django_db
def test_without_a_configured_token_the_page_is_a_404(api, settings):
    settings.METRICS_TOKEN = ""

    answer = api().get("/metrics", HTTP_AUTHORIZATION="Bearer ")

    assert (answer.status_code, answer.json()["code"]) == (404, "unknown_address")


WORK = """
import os, signal, sys
from core.observability import metrics
metrics.JOBS.labels("send_mails", "ok").inc()
metrics.SOCKETS.inc()
if sys.argv[1:]:
    os.kill(os.getpid(), signal.SIGKILL)
sys.stdout.buffer.write(metrics.exposition())
"""


def test_processes_are_summed_and_the_open_sockets_of_a_killed_one_are_dropped(tmp_path):
    environment = os.environ | {"PROMETHEUS_MULTIPROC_DIR": str(tmp_path)}

    def run(*arguments):
        command = [sys.executable, "-c", WORK, *arguments]
        return subprocess.run(
            command, cwd=ROOT, env=environment, check=False, capture_output=True, text=True
        ).stdout

    run("killed")
    output = run()

    assert 'tutoring_jobs_total{job="send_mails",outcome="ok"} 2.0' in output
    assert "tutoring_sockets_open 1.0" in output


def test_the_page_for_operators_lists_every_metric_and_no_other():
    page = (ROOT / "docs/monitoring.md").read_text()
    rows = {line.split("`")[1] for line in page.splitlines() if line.startswith("| `tutoring_")}

    names = {
        f"{each.name}_total" if each.type == "counter" else each.name
        for each in REGISTRY.collect()
        if each.name.startswith("tutoring_")
    }
    assert rows == names
