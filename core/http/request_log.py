"""A line in the log and metrics for Prometheus at the end of each request."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

import structlog
from django.db import connection
from django.http import HttpRequest
from django.http.response import HttpResponseBase

from core.observability import logs
from core.observability.metrics import REQUEST_QUERIES, REQUEST_SECONDS, REQUESTS

logger = structlog.stdlib.get_logger("core.requests")

METHODS = {"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"}
# Machines request these every few seconds: only failures are logged.
QUIET = {"/healthz", "/readyz", "/metrics"}
# nginx's status for a client that disconnected before the answer.
CLIENT_LEFT = 499


class Queries:
    """Counts database statements, for `execute_wrapper`."""

    def __init__(self) -> None:
        self.number = 0

    def __call__(
        self, execute: Callable[..., Any], sql: Any, params: Any, many: bool, context: Any
    ) -> Any:
        self.number += 1
        return execute(sql, params, many, context)


class RequestIdMiddleware:
    """Gives each request an id, the caller's `X-Request-ID` if that is valid, and returns it in the
    answer. Every line logged during the request has it."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        request_id = logs.request_id(request.headers.get("X-Request-ID"))
        with logs.about(request_id=request_id):
            response = self.get_response(request)
        response["X-Request-ID"] = request_id
        return response


class RequestLogMiddleware:
    """Logs a request's time, number of queries and route. Nothing personal is logged: neither the
    client's address nor the requested one."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        began, queries, status = time.perf_counter(), Queries(), CLIENT_LEFT
        try:
            with connection.execute_wrapper(queries):
                response = self.get_response(request)
            status = response.status_code
        finally:
            log_request(request, status, time.perf_counter() - began, queries.number)
        return response

    def process_view(self, request: HttpRequest, view: Any, args: Any, kwargs: Any) -> None:
        """Add the route, which is known from here on, to the lines that follow."""
        match = request.resolver_match
        logs.bind(route=f"{request.method} {route_of(request)}")
        # The admin signs people in by a cookie; for the API, `accounts.authentication` binds the
        # user.
        if match is not None and match.app_names == ["admin"] and request.user.is_authenticated:
            logs.bind(user=request.user.pk)


def route_of(request: HttpRequest) -> str:
    """Return the pattern that matched the request; "-" if none did."""
    match = request.resolver_match
    if match is None or (not match.route and request.path_info != "/"):
        return "-"
    return f"/{match.route}"


def log_request(request: HttpRequest, status: int, seconds: float, queries: int) -> None:
    method = request.method if request.method in METHODS else "other"
    route = route_of(request)
    REQUESTS.labels(method, route, f"{status // 100}xx").inc()
    REQUEST_SECONDS.labels(method, route).observe(seconds)
    REQUEST_QUERIES.labels(method, route).observe(queries)
    tell = logger.debug if route in QUIET and status < 400 else logger.info
    tell(
        "request",
        route=f"{method} {route}",
        status=status,
        duration_ms=round(seconds * 1000, 1),
        queries=queries,
    )
