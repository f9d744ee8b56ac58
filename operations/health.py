"""Is the process alive, and can it serve? Load balancers ask, without a token."""

from __future__ import annotations

import threading
import time
from typing import Annotated, Literal, NotRequired, TypedDict

from django.conf import settings
from django.db import DEFAULT_DB_ALIAS, Error, connections
from django.db.migrations.executor import MigrationExecutor
from rest_framework.permissions import AllowAny
from rest_framework.request import Request
from rest_framework.response import Response

from core.cache import site_cache
from core.connections import query_deadline
from core.errors import APIError, declare
from core.views import ActionViewSet, Answer

NOT_READY = declare("not_ready", 503, "Not ready to serve: {reason}.")

# Seconds for which an answer of Redis is believed.
BELIEVED = 1.0
# Seconds that the database has for its answer: a balancer doesn't wait much longer for ours.
PATIENCE = 3.0


class HealthObject(TypedDict):
    """A server that can serve. It is `degraded` without Redis: then nothing is pushed and the
    clock waits, but REST is whole."""

    status: Literal["ok", "degraded"]
    checks: NotRequired[
        Annotated[
            dict[str, str],
            "How the `database`, `migrations`, the `cache` and the `broker` are: `ok`, what is "
            "wrong, or `not configured`.",
        ]
    ]


class RedisProbe:
    """Does Redis answer? It is asked once a second at most, however many requests come."""

    def __init__(self) -> None:
        self.lock = threading.Lock()
        self.asked_at = float("-inf")
        self.url = self.told = ""

    def state(self) -> str:
        """`ok`, what is wrong, or `not configured`."""
        with self.lock:
            if self.url != settings.REDIS_URL or time.monotonic() > self.asked_at + BELIEVED:
                self.url, self.told = settings.REDIS_URL, ask_redis()
                self.asked_at = time.monotonic()
            return self.told


def ask_redis() -> str:
    """The cache and the broker are the same Redis, so the cache's own connection tells of both."""
    if not settings.REDIS_URL:
        return "not configured"
    return "ok" if site_cache().reachable() else "Redis can't be reached"


redis_probe = RedisProbe()


class HealthViewSet(ActionViewSet):
    tag = "Health"
    authentication_classes = []
    permission_classes = [AllowAny]
    throttle_classes = []
    answers = {"alive": Answer(HealthObject), "ready": Answer(HealthObject)}
    errors = {"ready": [NOT_READY]}

    def alive(self, request: Request) -> Response:
        """Does the process live?"""
        return self.answer({"status": "ok"})

    def ready(self, request: Request) -> Response:
        """Can the server serve?

        It can while the database answers, and every migration is applied. Without Redis it is
        `degraded`, and still answers 200.
        """
        check_database()
        broker = redis_probe.state()
        # The cache of one process is its own memory.
        cache = "ok" if broker == "not configured" else broker
        checks = {"database": "ok", "migrations": "ok", "cache": cache, "broker": broker}
        return self.answer({"status": "ok" if cache == "ok" else "degraded", "checks": checks})


def check_database() -> None:
    """Raises APIError: 503 unless the database answers, and every migration is applied."""
    try:
        with query_deadline(PATIENCE):
            executor = MigrationExecutor(connections[DEFAULT_DB_ALIAS])
            waiting = executor.migration_plan(executor.loader.graph.leaf_nodes())
    except Error:
        raise APIError(NOT_READY, reason="the database can't be reached") from None
    if waiting:
        raise APIError(NOT_READY, reason=f"{len(waiting)} migrations are not applied")
