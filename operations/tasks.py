"""The clock's jobs as Celery tasks: beat sends one when it is due, a worker runs it."""

from __future__ import annotations

from celery import shared_task
from django.utils import timezone

from operations.clock import SCHEDULE

JOBS = {job.name: job for job in SCHEDULE}


@shared_task  # type: ignore[untyped-decorator]  # Celery has no types
def run_job(name: str) -> int:
    """Run one job of the schedule, as of now; how many rows it has changed."""
    return JOBS[name].run(timezone.now())
