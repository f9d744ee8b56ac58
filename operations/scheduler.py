"""The schedule: the jobs of all apps. Each job may run at any time, twice, or on two machines at
once, so no lock is needed. They are run by a thread of the development server
(`EmbeddedScheduler`), by `manage.py scheduler` on a single machine, by Celery in production
(`operations.tasks`), or by hand with `manage.py run_jobs`."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import datetime, timedelta

import structlog
from django.conf import settings
from django.db import connections
from django.utils import timezone

from accounts.jobs import (
    forget_answers,
    forget_expired_tokens,
    forget_networks,
    forget_sign_ins,
)
from core.db.connections import no_statement_timeout
from core.observability import logs
from core.observability.metrics import JOB_ROWS, JOB_SECONDS, JOB_SUCCESS, JOBS
from mail.jobs import forget_mails, send_mails
from materials.jobs import remove_orphaned_files
from operations.privacy.erasing import erase_late_arrivals
from sessions_app.jobs import complete_sessions, expire_sessions, send_reminders
from zoom.jobs import (
    call_off_one_on_ones,
    complete_one_on_ones,
    end_meetings,
    forget_join_tokens,
    forget_webhook_events,
    sweep_meetings,
    watch_zoom_quota,
)

logger = logging.getLogger(__name__)
lines = structlog.stdlib.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Job:
    """A function to run at an interval. It gets the time and returns the number of changed rows."""

    run: Callable[[datetime], int]
    every: timedelta

    @property
    def name(self) -> str:
        return self.run.__name__


SCHEDULE = (
    Job(send_reminders, every=timedelta(seconds=15)),
    Job(send_mails, every=timedelta(seconds=15)),
    Job(expire_sessions, every=timedelta(minutes=1)),
    Job(complete_sessions, every=timedelta(minutes=1)),
    Job(remove_orphaned_files, every=timedelta(minutes=1)),
    Job(call_off_one_on_ones, every=timedelta(minutes=1)),
    Job(complete_one_on_ones, every=timedelta(minutes=1)),
    # Before `end_meetings`, which ends what the sweep finds.
    Job(sweep_meetings, every=timedelta(minutes=1)),
    Job(end_meetings, every=timedelta(minutes=1)),
    Job(watch_zoom_quota, every=timedelta(seconds=15)),
    Job(erase_late_arrivals, every=timedelta(minutes=5)),
    Job(forget_join_tokens, every=timedelta(hours=1)),
    Job(forget_webhook_events, every=timedelta(hours=1)),
    Job(forget_answers, every=timedelta(hours=1)),
    Job(forget_expired_tokens, every=timedelta(hours=1)),
    Job(forget_sign_ins, every=timedelta(hours=1)),
    Job(forget_mails, every=timedelta(hours=1)),
    Job(forget_networks, every=timedelta(hours=1)),
)


def run_job(job: Job, now: datetime, *, run_id: str | None = None) -> int:
    """Run a job, and return the number of changed rows. Its errors are logged and raised again.

    Args:
        run_id: used as the request id in the log lines of this run.
    """
    with logs.about(request_id=logs.request_id(run_id), job=job.name):
        began, outcome = time.perf_counter(), "failed"
        try:
            with no_statement_timeout():
                rows = job.run(now)
            outcome = "ok"
        except Exception:
            logger.exception("The job %s failed.", job.name)
            raise
        finally:
            JOBS.labels(job.name, outcome).inc()
            JOB_SECONDS.labels(job.name).observe(time.perf_counter() - began)
        record(job, rows, time.perf_counter() - began)
        return rows


def record(job: Job, rows: int, seconds: float) -> None:
    JOB_ROWS.labels(job.name).inc(rows)
    JOB_SUCCESS.labels(job.name).set_to_current_time()
    # At debug level if there was nothing to do, which is the usual case every few seconds.
    write = lines.info if rows else lines.debug
    write("job", rows=rows, duration_ms=round(seconds * 1000, 1))


def run_jobs(now: datetime) -> dict[str, int]:
    """Run every job once, and return the number of changed rows by the job's name.

    Raises:
        ExceptionGroup: after all jobs have run, with the errors of those that failed.
    """
    changed, failures = {}, []
    for job in SCHEDULE:
        try:
            changed[job.name] = run_job(job, now)
        except Exception as failure:
            failures.append(failure)
    if failures:
        raise ExceptionGroup("Some of the scheduled jobs failed.", failures)
    return changed


class EmbeddedScheduler(threading.Thread):
    """Runs each job when it is due, first at the start, until `stop`. Failures are logged, and the
    job runs again at its next interval."""

    def __init__(self, schedule: tuple[Job, ...] = SCHEDULE) -> None:
        super().__init__(name="scheduler", daemon=True)
        self.schedule = schedule
        self.stopped = threading.Event()

    def run(self) -> None:
        due = dict.fromkeys(self.schedule, timezone.now())
        while not self.stopped.wait(self.seconds_until(min(due.values()))):
            for job in [job for job, moment in due.items() if moment <= timezone.now()]:
                self.run_job(job)
                due[job] = timezone.now() + job.every

    def seconds_until(self, moment: datetime) -> float:
        return max(0.0, (moment - timezone.now()).total_seconds())

    def run_job(self, job: Job) -> None:
        try:
            with suppress(Exception):  # logged by `run_job`
                run_job(job, timezone.now())
        finally:
            connections.close_all()  # those of this thread

    def stop(self) -> None:
        self.stopped.set()
        self.join(timeout=10)


@contextmanager
def embedded_scheduler() -> Iterator[None]:
    """Run the scheduled jobs in a thread while the server runs, if `EMBEDDED_SCHEDULER` is set."""
    if not settings.EMBEDDED_SCHEDULER:
        yield
        return
    scheduler = EmbeddedScheduler()
    scheduler.start()
    try:
        yield
    finally:
        scheduler.stop()
