"""The scheduler in production: Celery workers and one beat, connected by Redis (`REDIS_URL`).

Run `celery -A config.celery worker` and `celery -A config.celery beat`.
"""

from __future__ import annotations

import os
import tempfile

import django
from celery import Celery
from celery.signals import beat_init, celeryd_init, setup_logging
from django.conf import settings

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
if settings.METRICS_PORT and "PROMETHEUS_MULTIPROC_DIR" not in os.environ:
    # The processes of a worker share their metrics in files. The client library reads this
    # variable when it is imported, which is when the apps are loaded.
    folder = tempfile.TemporaryDirectory(suffix="-metrics", ignore_cleanup_errors=True)
    os.environ["PROMETHEUS_MULTIPROC_DIR"] = folder.name
django.setup()

from config.environment import stop  # noqa: E402  # the apps must be loaded first
from operations.metrics_view import serve_metrics  # noqa: E402
from operations.scheduler import SCHEDULE  # noqa: E402

app = Celery("tutoring-sessions", broker=settings.REDIS_URL or None)
app.conf.update(
    task_ignore_result=True,
    task_acks_late=True,  # a job whose worker died is run again; all jobs can be repeated
    broker_connection_retry_on_startup=True,
    beat_schedule={
        job.name: {
            "task": "operations.tasks.run_job",
            "schedule": job.every,
            "args": [job.name],
            # A run that has waited longer than its interval is replaced by the next one.
            "options": {"expires": job.every.total_seconds()},
        }
        for job in SCHEDULE
    },
)
app.autodiscover_tasks()


@celeryd_init.connect  # type: ignore[untyped-decorator]  # Celery has no types
@beat_init.connect  # type: ignore[untyped-decorator]
def require_redis(**kwargs: object) -> None:
    if not settings.REDIS_URL:
        stop("REDIS_URL is not set: Celery keeps its tasks in Redis.")


@celeryd_init.connect  # type: ignore[untyped-decorator]
def expose_metrics(**kwargs: object) -> None:
    if not settings.METRICS_PORT:
        return
    try:
        serve_metrics(settings.METRICS_PORT)
    except OSError as error:
        stop(f"METRICS_PORT can't be served: {error}.")


@setup_logging.connect  # type: ignore[untyped-decorator]
def keep_djangos_logging(**kwargs: object) -> None:
    """Do nothing: a receiver of this signal keeps Celery from changing Django's logging."""
