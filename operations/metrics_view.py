"""`/metrics`: the metrics of `core.observability.metrics`, for clients with `METRICS_TOKEN`.

Without that setting the page doesn't exist.
"""

from __future__ import annotations

import sys
import threading
from collections.abc import Callable, Iterable
from http import HTTPStatus
from socketserver import ThreadingMixIn
from typing import Any
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer, make_server

import structlog
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils.crypto import constant_time_compare
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_safe
from prometheus_client import CONTENT_TYPE_PLAIN_0_0_4

from core.api.error_handling import envelope
from core.errors import NOT_AUTHENTICATED, UNKNOWN_ADDRESS, APIError
from core.observability.metrics import exposition

logger = structlog.stdlib.get_logger(__name__)


def metrics_response(authorization: str) -> HttpResponse:
    """Return the metrics, or 404 if `METRICS_TOKEN` isn't set, or 401 if the token is wrong."""
    if not settings.METRICS_TOKEN:
        return envelope(APIError(UNKNOWN_ADDRESS))
    scheme, _, token = authorization.partition(" ")
    if scheme.lower() != "bearer" or not constant_time_compare(token, settings.METRICS_TOKEN):
        return envelope(APIError(NOT_AUTHENTICATED))
    return HttpResponse(exposition(), content_type=CONTENT_TYPE_PLAIN_0_0_4)


@csrf_exempt  # a POST gets a 405, not an error about cookies
@require_safe
def metrics(request: HttpRequest) -> HttpResponse:
    return metrics_response(request.headers.get("Authorization", ""))


class Quiet(WSGIRequestHandler):
    timeout = 10  # seconds, for each wait for the client

    def log_message(self, format: str, *args: Any) -> None:
        """Don't log scrapes."""


class MetricsServer(ThreadingMixIn, WSGIServer):
    """Handles each scrape in a thread, so that a stalled one doesn't delay others."""

    daemon_threads = True

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Log one line without a traceback for a client that stalls or disconnects."""
        logger.info("a scrape failed", error=type(sys.exception()).__name__)


def application(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
    """The same page as a WSGI application, for processes without another HTTP server."""
    response = metrics_response(environ.get("HTTP_AUTHORIZATION", ""))
    status = HTTPStatus(response.status_code)
    start_response(f"{status.value} {status.phrase}", list(response.items()))
    return [response.content]


def serve_metrics(port: int) -> None:
    """Serve the metrics from a daemon thread.

    Raises:
        OSError: the port is taken.
    """
    server = make_server(settings.HOST, port, application, MetricsServer, Quiet)
    threading.Thread(target=server.serve_forever, name="metrics", daemon=True).start()
