"""Is the process alive, and can it serve? Asked by load balancers, without a token."""

from __future__ import annotations

from django.db import DEFAULT_DB_ALIAS, Error, connections
from django.db.migrations.executor import MigrationExecutor
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_safe

from core.errors import APIError, declare, envelope

NOT_READY = declare("not_ready", 503, "Not ready to serve: {reason}.")


@csrf_exempt  # what is wrong with a POST is the method
@require_safe
def healthz(request: HttpRequest) -> HttpResponse:
    """The process lives and answers."""
    return JsonResponse({"status": "ok"})


@csrf_exempt  # what is wrong with a POST is the method
@require_safe
def readyz(request: HttpRequest) -> HttpResponse:
    """The database answers, and every migration is applied."""
    try:
        executor = MigrationExecutor(connections[DEFAULT_DB_ALIAS])
        waiting = executor.migration_plan(executor.loader.graph.leaf_nodes())
    except Error:
        return envelope(APIError(NOT_READY, reason="the database can't be reached"))
    if waiting:
        return envelope(APIError(NOT_READY, reason=f"{len(waiting)} migrations are not applied"))
    return JsonResponse({"status": "ok", "checks": {"database": "ok", "migrations": "ok"}})
