"""The metrics for Prometheus: everything that `/metrics` shows.

Labels have few values, all known in advance, such as routes, codes and job names; never ids or
paths. With `PROMETHEUS_MULTIPROC_DIR` the processes of a server share their metrics in files.
"""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from django.db import transaction
from prometheus_client import (
    CollectorRegistry,
    Counter,
    Gauge,
    Histogram,
    ProcessCollector,
    generate_latest,
)
from prometheus_client.multiprocess import MultiProcessCollector, mark_process_dead

from core.errors import APIError

REGISTRY = CollectorRegistry()
# Histogram buckets in seconds: for requests, and for jobs and calls to other services.
QUICK = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 15)
SLOW = (0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 15, 30)


def counter(name: str, documentation: str, labels: tuple[str, ...] = ()) -> Counter:
    return Counter(f"tutoring_{name}", documentation, labels, registry=REGISTRY)


def histogram(
    name: str, documentation: str, labels: tuple[str, ...], buckets: tuple[float, ...]
) -> Histogram:
    return Histogram(f"tutoring_{name}", documentation, labels, buckets=buckets, registry=REGISTRY)


REQUESTS = counter(
    "http_requests_total",
    "Requests. `status` is a class such as 2xx; a client that disconnects counts as 4xx.",
    ("method", "route", "status"),
)
REQUEST_SECONDS = histogram(
    "http_request_seconds", "How long requests took.", ("method", "route"), QUICK
)
REQUEST_QUERIES = histogram(
    "http_request_queries",
    "Number of database statements of a request.",
    ("method", "route"),
    (0, 2, 5, 10, 15, 20, 30, 50),
)
THROTTLED = counter("throttled_requests_total", "Requests refused by a rate limit.", ("scope",))
CACHE_FALLBACKS = counter(
    "cache_fallbacks_total", "Cache calls served without Redis, because it was down."
)
ACTS = counter(
    "acts_total",
    "Joins, booking requests, decisions on them, and starts of 1-on-1 sessions. `outcome` is "
    "done, the code of the refusal, or failed.",
    ("act", "outcome"),
)
JOBS = counter(
    "jobs_total", "Runs of scheduled jobs; `outcome` is ok or failed.", ("job", "outcome")
)
JOB_ROWS = counter("job_rows_total", "Rows changed by scheduled jobs.", ("job",))
JOB_SECONDS = histogram("job_seconds", "How long scheduled jobs took.", ("job",), SLOW)
JOB_SUCCESS = Gauge(
    "tutoring_job_last_success_timestamp_seconds",
    "Time of a job's last successful run, in seconds since 1970.",
    ("job",),
    registry=REGISTRY,
    multiprocess_mode="max",
)
CALLS = counter(
    "calls_total",
    "Calls to Zoom, Cloudinary and the mail server; `outcome` is ok, the code of the error, or "
    "failed.",
    ("service", "operation", "outcome"),
)
CALL_SECONDS = histogram(
    "call_seconds",
    "How long calls to other services took, including retries.",
    ("service", "operation"),
    SLOW,
)
ZOOM_MEETINGS = Gauge(
    "tutoring_zoom_meetings_today",
    "Meetings created at Zoom since 00:00 UTC, including those of uncertain outcome.",
    registry=REGISTRY,
    multiprocess_mode="mostrecent",
)
ZOOM_MEETINGS_MAX = Gauge(
    "tutoring_zoom_meetings_per_day",
    "Number of meetings that all hosts merged may create at Zoom in a day.",
    registry=REGISTRY,
    multiprocess_mode="mostrecent",
)
PUSHES = counter(
    "pushes_total",
    "Messages for WebSockets; `outcome` is handed_over (to the sending process) or dropped.",
    ("outcome",),
)
SOCKETS = Gauge(
    "tutoring_sockets_open",
    "WebSockets that are open.",
    registry=REGISTRY,
    multiprocess_mode="livesum",
)


# ── Recording ────────────────────────────────────────────────────────────────────────────────


@contextmanager
def count_action(name: str) -> Iterator[None]:
    """Count an action by its outcome: done (after the commit), the refusal's code, or failed."""
    try:
        yield
    except APIError as refusal:
        ACTS.labels(name, refusal.code).inc()
        raise
    except Exception:
        ACTS.labels(name, "failed").inc()
        raise
    transaction.on_commit(lambda: ACTS.labels(name, "done").inc(), robust=True)


@contextmanager
def measure_call(service: str, operation: str) -> Iterator[None]:
    """Count and time a call to another service, including retries."""
    began, outcome = time.perf_counter(), "failed"
    try:
        yield
        outcome = "ok"
    except APIError as error:
        outcome = error.code
        raise
    finally:
        CALLS.labels(service, operation, outcome).inc()
        CALL_SECONDS.labels(service, operation).observe(time.perf_counter() - began)


# ── Reading ──────────────────────────────────────────────────────────────────────────────────


def exposition() -> bytes:
    """Return all metrics in Prometheus's text format: of this process or, with
    `PROMETHEUS_MULTIPROC_DIR`, of all processes that share it."""
    folder = os.environ.get("PROMETHEUS_MULTIPROC_DIR")
    if not folder:
        return generate_latest(REGISTRY)
    remove_dead_processes(Path(folder))
    merged = CollectorRegistry()
    MultiProcessCollector(merged, path=folder)  # type: ignore[no-untyped-call]
    return generate_latest(merged)


def remove_dead_processes(folder: Path) -> None:
    """Remove the gauges of processes that have ended; their counters stay."""
    for number in {int(file.stem.rpartition("_")[2]) for file in folder.glob("gauge_live*.db")}:
        if not is_alive(number):
            mark_process_dead(number, path=str(folder))  # type: ignore[no-untyped-call]


def is_alive(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except PermissionError:  # it belongs to another user, and is alive
        return True
    return True


# This process's memory, CPU time and open files. With several processes the library can't add
# them up.
if "PROMETHEUS_MULTIPROC_DIR" not in os.environ:
    ProcessCollector(registry=REGISTRY)
