"""When jobs run, and what runs them: a thread of a development server, Celery with Redis, or
`manage.py run_jobs` (contract S14, N3)."""

from __future__ import annotations

import json
import socket
import subprocess
import sys
import threading
import uuid
from datetime import UTC, datetime, timedelta
from io import StringIO

import pytest
import redis
import requests
from celery.signals import beat_init, celeryd_init
from django.core.management import CommandError, call_command, load_command_class

from config.celery import app
from core.db.retries import BATCH_SECONDS
from operations.scheduler import SCHEDULE, EmbeddedScheduler, Job, run_jobs
from operations.tasks import JOBS, run_job
from tests.support.server import ROOT, Server, free_port
from tests.support.waiting import until

REDIS = "redis://localhost:6379/15"


def soon(hours: int) -> str:
    return (datetime.now(UTC) + timedelta(hours=hours)).isoformat()


@pytest.fixture
def scheduler():
    """`scheduler(job, …)`: a running embedded scheduler, stopped after the test."""
    started = []

    def start(*jobs):
        started.append(EmbeddedScheduler(jobs))
        started[-1].start()
        return started[-1]

    yield start
    for each in started:
        each.stop()


@pytest.mark.django_db(transaction=True)
def test_a_job_runs_at_once_and_again_when_it_is_due(scheduler):
    moments, thrice = [], threading.Event()

    def note(now):
        moments.append(now)
        if len(moments) == 3:
            thrice.set()
        return 0

    scheduler(Job(note, every=timedelta(milliseconds=50)))

    assert thrice.wait(10)
    assert moments[2] - moments[0] >= timedelta(milliseconds=100)


@pytest.mark.django_db(transaction=True)
def test_a_job_that_fails_stops_neither_itself_nor_the_others(scheduler, caplog):
    failures, others = threading.Semaphore(0), threading.Semaphore(0)

    def fail(now):
        failures.release()
        raise RuntimeError("this once")

    def succeed(now):
        others.release()
        return 0

    every = timedelta(milliseconds=20)
    scheduler(Job(fail, every=every), Job(succeed, every=every))

    for semaphore in (failures, others):
        assert semaphore.acquire(timeout=10)
        assert semaphore.acquire(timeout=10)
    assert "The job fail failed." in caplog.text


@pytest.mark.django_db(transaction=True)
def test_a_stopped_scheduler_runs_nothing_more(scheduler):
    running = scheduler(Job(lambda now: 0, every=timedelta(hours=1)))

    running.stop()

    assert not running.is_alive()


def test_a_batch_of_retries_that_hang_ends_before_any_job_is_due_again():
    assert min(job.every for job in SCHEDULE).total_seconds() > BATCH_SECONDS


def test_beat_sends_every_job_of_the_schedule_at_its_interval():
    beat = app.conf.beat_schedule

    assert set(beat) == set(JOBS) == {job.name for job in SCHEDULE}
    for job in SCHEDULE:
        assert beat[job.name]["schedule"] == job.every
        assert beat[job.name]["task"] == run_job.name
        assert beat[job.name]["args"] == [job.name]


def test_celery_without_redis_stops_with_a_sentence(settings):
    settings.REDIS_URL = ""

    for starting in (celeryd_init, beat_init):
        with pytest.raises(SystemExit, match="REDIS_URL is not set"):
            starting.send(sender="test")


@pytest.mark.django_db
def test_a_task_runs_its_job():
    assert run_job("expire_sessions") == 0


@pytest.mark.django_db
def test_run_jobs_reports_a_failure_without_its_details(monkeypatch):
    def fail(now):
        raise RuntimeError("of ada@example.com")

    monkeypatch.setattr("operations.scheduler.SCHEDULE", (Job(fail, timedelta(hours=1)),))

    with pytest.raises(CommandError, match=r"^1 jobs failed: see the log\.$"):
        call_command("run_jobs")


@pytest.mark.django_db
def test_run_jobs_runs_every_job_before_it_reports_a_failure(monkeypatch):
    ran = []

    def fail(now):
        raise RuntimeError("this once")

    jobs = (Job(fail, timedelta(hours=1)), Job(lambda now: ran.append(now) or 0, timedelta(1)))
    monkeypatch.setattr("operations.scheduler.SCHEDULE", jobs)

    with pytest.raises(ExceptionGroup, match="Some of the scheduled jobs failed"):
        run_jobs(datetime.now(UTC))
    assert len(ran) == 1


@pytest.fixture
def due(tmp_path):
    """A server without a scheduler, one session that begins within a day, and notifications."""
    with Server(tmp_path, {"DEMO_DATA": "0", "EMBEDDED_SCHEDULER": "0"}) as server:
        token = server.register("ines", role="instructor")
        body = {"title": "T", "description": "D", "date": soon(12), "max_participants": 5}
        assert server.call("POST", "/api/sessions/", token, json=body).status_code == 201
        yield server, lambda: server.call("GET", "/api/notifications/", token).json()


def test_a_development_server_sends_reminders_by_itself(tmp_path):
    with Server(tmp_path, {"DEMO_DATA": "0"}) as server:
        token = server.register("ines", role="instructor")
        body = {"title": "T", "description": "D", "date": soon(12), "max_participants": 5}
        server.call("POST", "/api/sessions/", token, json=body)
        server.stop()
    with Server(tmp_path, {"DEMO_DATA": "0"}) as server:
        until(lambda: server.call("GET", "/api/notifications/", token).json(), seconds=30)


def test_run_jobs_does_once_what_is_due(due):
    server, notifications = due
    assert notifications() == []
    environment = {"DATABASE_URL": f"sqlite:///{server.folder / 'db.sqlite3'}"}

    for _ in range(2):
        command = [sys.executable, "manage.py", "run_jobs"]
        subprocess.run(command, cwd=ROOT, env=environment, check=True, capture_output=True)

    assert [each["type"] for each in notifications()] == ["reminder"]


def test_a_celery_worker_with_beat_does_what_is_due(due):
    server, notifications = due
    try:
        redis.Redis.from_url(REDIS).flushdb()
    except redis.ConnectionError:
        pytest.skip("no Redis on localhost:6379")
    environment = {
        "DATABASE_URL": f"sqlite:///{server.folder / 'db.sqlite3'}",
        "REDIS_URL": REDIS,
        "C_FORCE_ROOT": "1",
        "LOG_FORMAT": "json",
        "METRICS_PORT": str(free_port()),
        "METRICS_TOKEN": "a-token-for-prometheus-26",
    }
    command = [sys.executable, "-m", "celery", "-A", "config.celery", "worker", "--beat"]
    options = ["--concurrency", "1", "--schedule", str(server.folder / "beat")]
    with (server.folder / "worker.log").open("w") as log:
        worker = subprocess.Popen(
            [*command, *options], cwd=ROOT, env=environment, stdout=log, stderr=log
        )

    try:
        until(notifications, seconds=60)
        port = int(environment["METRICS_PORT"])
        # A client that sends nothing doesn't keep others from the metrics.
        with socket.create_connection(("127.0.0.1", port)):
            until(lambda: 'jobs_total{job="send_reminders"' in metrics_of(environment))
        assert requests.get(metrics_url(environment), timeout=5).status_code == 401
    finally:
        worker.terminate()
        assert worker.wait(timeout=30) == 0
    lines = [line for line in (server.folder / "worker.log").open() if line.startswith("{")]
    [ran] = [line for line in map(json.loads, lines) if line.get("job") == "send_reminders"]
    assert (ran["event"], ran["rows"]) == ("job", 1)
    assert uuid.UUID(ran["request_id"])  # the task's own


def metrics_url(environment):
    return f"http://127.0.0.1:{environment['METRICS_PORT']}/metrics"


def metrics_of(environment):
    """Return the metrics of all processes of the worker; the job ran in a child of the one that
    answers."""
    headers = {"Authorization": f"Bearer {environment['METRICS_TOKEN']}"}
    return requests.get(metrics_url(environment), headers=headers, timeout=5).text


@pytest.mark.parametrize(("former", "name"), [("tick", "run_jobs"), ("clock", "scheduler")])
def test_the_former_name_of_a_command_gives_its_new_name(former, name):
    command = load_command_class("operations", former)
    current = load_command_class("operations", name)

    assert issubclass(type(command), type(current))
    assert f"`{name}`" in command.help


@pytest.mark.django_db
def test_the_former_name_of_run_jobs_runs_the_jobs_and_says_so():
    errors, output = StringIO(), StringIO()

    call_command("tick", stdout=output, stderr=errors)

    assert "use `run_jobs`" in errors.getvalue()
    assert "expire_sessions: 0" in output.getvalue()
