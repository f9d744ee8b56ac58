"""The clock's jobs as Celery tasks: beat sends one when it is due, a worker runs it."""

from __future__ import annotations

from typing import Any

from celery import shared_task
from django.utils import timezone

from operations import scheduler
from operations.scheduler import SCHEDULE

JOBS = {job.name: job for job in SCHEDULE}


@shared_task(bind=True)  # type: ignore[untyped-decorator]  # Celery has no types
def run_job(task: Any, name: str) -> int:
    """Run one job of the schedule, as of now; how many rows it has changed. The task's id is the
    id of its lines in the log, and of its calls to others."""
    return scheduler.run_job(JOBS[name], timezone.now(), run_id=task.request.id)
