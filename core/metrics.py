"""What is counted and measured, for Prometheus: every figure that `/metrics` has.

Labels have few values, all of them known beforehand: routes, codes, names of jobs; never an id or a
path. With `PROMETHEUS_MULTIPROC_DIR` the processes of a server add up their figures in files there.
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
# Seconds: of a request, and of what may wait for others.
QUICK = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 15)
SLOW = (0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 15, 30)


def counter(name: str, told: str, labels: tuple[str, ...] = ()) -> Counter:
    return Counter(f"tutoring_{name}", told, labels, registry=REGISTRY)


def histogram(
    name: str, told: str, labels: tuple[str, ...], buckets: tuple[float, ...]
) -> Histogram:
    return Histogram(f"tutoring_{name}", told, labels, buckets=buckets, registry=REGISTRY)


REQUESTS = counter(
    "http_requests_total",
    "Requests; `status` is a class such as 2xx, and a client that has left is 4xx.",
    ("method", "route", "status"),
)
REQUEST_SECONDS = histogram(
    "http_request_seconds", "How long requests took.", ("method", "route"), QUICK
)
REQUEST_QUERIES = histogram(
    "http_request_queries",
    "How many statements a request sent to the database.",
    ("method", "route"),
    (0, 2, 5, 10, 15, 20, 30, 50),
)
THROTTLED = counter(
    "throttled_requests_total", "Requests refused since they were too many.", ("scope",)
)
CACHE_FALLBACKS = counter(
    "cache_fallbacks_total", "Calls to the cache that were done without Redis, which is away."
)
ACTS = counter(
    "acts_total",
    "Bookings, decisions and starts of 1-on-1 sessions; `outcome` is done, the code of the "
    "refusal, or failed.",
    ("act", "outcome"),
)
JOBS = counter(
    "jobs_total", "Runs of the clock's jobs; `outcome` is ok or failed.", ("job", "outcome")
)
JOB_ROWS = counter("job_rows_total", "Rows that the clock's jobs have changed.", ("job",))
JOB_SECONDS = histogram("job_seconds", "How long the clock's jobs took.", ("job",), SLOW)
JOB_SUCCESS = Gauge(
    "tutoring_job_last_success_timestamp_seconds",
    "When a job last ran without failing, in seconds since 1970.",
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
    "call_seconds", "How long such a call took, tries and all.", ("service", "operation"), SLOW
)
ZOOM_MEETINGS = Gauge(
    "tutoring_zoom_meetings_today",
    "Meetings that Zoom has made since 00:00 UTC, or may have.",
    registry=REGISTRY,
    multiprocess_mode="mostrecent",
)
ZOOM_MEETINGS_MAX = Gauge(
    "tutoring_zoom_meetings_per_day",
    "How many meetings all hosts together may make at Zoom in a day.",
    registry=REGISTRY,
    multiprocess_mode="mostrecent",
)
PUSHES = counter(
    "pushes_total", "Frames of live push; `outcome` is handed_over or dropped.", ("outcome",)
)
SOCKETS = Gauge(
    "tutoring_sockets_open",
    "Sockets that are open now.",
    registry=REGISTRY,
    multiprocess_mode="livesum",
)


# ── Who adds to them ─────────────────────────────────────────────────────────────────────────


@contextmanager
def count_action(name: str) -> Iterator[None]:
    """Counts what a service does, once it is committed, or why it refused; for its function."""
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
def call(service: str, operation: str) -> Iterator[None]:
    """Counts and measures a call to another service, with all its tries."""
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


# ── Who reads them ───────────────────────────────────────────────────────────────────────────


def exposition() -> bytes:
    """All figures, in Prometheus's text format: of this process or, with
    `PROMETHEUS_MULTIPROC_DIR`, of all that share it."""
    folder = os.environ.get("PROMETHEUS_MULTIPROC_DIR")
    if not folder:
        return generate_latest(REGISTRY)
    forget_the_dead(Path(folder))
    together = CollectorRegistry()
    MultiProcessCollector(together, path=folder)  # type: ignore[no-untyped-call]
    return generate_latest(together)


def forget_the_dead(folder: Path) -> None:
    """What a process that was killed left open is open no more; what it counted stays."""
    for number in {int(file.stem.rpartition("_")[2]) for file in folder.glob("gauge_live*.db")}:
        if not is_alive(number):
            mark_process_dead(number, path=str(folder))  # type: ignore[no-untyped-call]


def is_alive(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except PermissionError:  # somebody else's, and alive
        return True
    return True


# Of this process: memory, processor time, open files. Files can't add those up.
if "PROMETHEUS_MULTIPROC_DIR" not in os.environ:
    ProcessCollector(registry=REGISTRY)
