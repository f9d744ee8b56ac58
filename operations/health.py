"""Health checks for load balancers, without a token: is the process alive, and can it serve?"""

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

from core.api.operations import Answer, operation
from core.api.views import ActionViewSet
from core.cache import site_cache
from core.db.connections import query_deadline
from core.errors import APIError, declare

NOT_READY = declare("not_ready", 503, "Not ready to serve: {reason}.")

# Seconds between two checks of Redis.
REDIS_INTERVAL = 1.0
# The database must answer within these seconds: load balancers don't wait much longer.
DATABASE_SECONDS = 3.0


class HealthObject(TypedDict):
    """The state of a server that can serve. It is `degraded` without Redis: live push and
    background jobs wait, REST works."""

    status: Literal["ok", "degraded"]
    checks: NotRequired[
        Annotated[
            dict[str, str],
            "The state of `database`, `migrations`, `cache` and `broker`: `ok`, the problem, or "
            "`not configured`.",
        ]
    ]


class RedisProbe:
    """Checks whether Redis answers, at most once a second."""

    def __init__(self) -> None:
        self.lock = threading.Lock()
        self.checked_at = float("-inf")
        self.url = self.last_state = ""

    def state(self) -> str:
        """Return `ok`, the problem, or `not configured`."""
        with self.lock:
            if (
                self.url != settings.REDIS_URL
                or time.monotonic() > self.checked_at + REDIS_INTERVAL
            ):
                self.url, self.last_state = settings.REDIS_URL, check_redis()
                self.checked_at = time.monotonic()
            return self.last_state


def check_redis() -> str:
    """Return the state of Redis. Cache and broker are the same Redis, so one check is enough."""
    if not settings.REDIS_URL:
        return "not configured"
    return "ok" if site_cache().reachable() else "Redis can't be reached"


redis_probe = RedisProbe()


class HealthViewSet(ActionViewSet):
    tag = "Health"
    authentication_classes = []
    permission_classes = [AllowAny]
    throttle_classes = []

    @operation(answer=Answer(HealthObject))
    def alive(self, request: Request) -> Response:
        """Check that the process is alive."""
        return self.answer({"status": "ok"})

    @operation(answer=Answer(HealthObject), errors=[NOT_READY])
    def ready(self, request: Request) -> Response:
        """Check that the server can serve.

        It can if the database answers and all migrations are applied. Without Redis the status is
        `degraded`, and the answer is still 200.
        """
        check_database()
        broker = redis_probe.state()
        # Without Redis the cache is in the memory of the process.
        cache = "ok" if broker == "not configured" else broker
        checks = {"database": "ok", "migrations": "ok", "cache": cache, "broker": broker}
        return self.answer({"status": "ok" if cache == "ok" else "degraded", "checks": checks})


def check_database() -> None:
    """Check that the database answers and all migrations are applied.

    Raises:
        APIError: 503 otherwise.
    """
    try:
        with query_deadline(DATABASE_SECONDS):
            executor = MigrationExecutor(connections[DEFAULT_DB_ALIAS])
            waiting = executor.migration_plan(executor.loader.graph.leaf_nodes())
    except Error:
        raise APIError(NOT_READY, reason="the database can't be reached") from None
    if waiting:
        raise APIError(NOT_READY, reason=f"{len(waiting)} migrations are not applied")
