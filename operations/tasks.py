"""The scheduled jobs as Celery tasks: beat sends a task when it is due, a worker runs it."""

from __future__ import annotations

from typing import Any

from celery import shared_task
from django.utils import timezone

from operations import scheduler
from operations.scheduler import SCHEDULE

JOBS = {job.name: job for job in SCHEDULE}


@shared_task(bind=True)  # type: ignore[untyped-decorator]  # Celery has no types
def run_job(task: Any, name: str) -> int:
    """Run one job of the schedule, and return the number of changed rows. The task's id is used as
    the request id in its log lines and its outgoing calls."""
    return scheduler.run_job(JOBS[name], timezone.now(), run_id=task.request.id)
