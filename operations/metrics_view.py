"""`/metrics`: the figures of `core.metrics`, for whoever has `METRICS_TOKEN`. Without one set there
is no such page."""

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

from core.errors import NOT_AUTHENTICATED, UNKNOWN_ADDRESS, APIError, envelope
from core.metrics import exposition

logger = structlog.stdlib.get_logger(__name__)


def metrics_response(authorization: str) -> HttpResponse:
    """The figures, or 404 if nobody may have them, or 401 if this one may not."""
    if not settings.METRICS_TOKEN:
        return envelope(APIError(UNKNOWN_ADDRESS))
    scheme, _, token = authorization.partition(" ")
    if scheme.lower() != "bearer" or not constant_time_compare(token, settings.METRICS_TOKEN):
        return envelope(APIError(NOT_AUTHENTICATED))
    return HttpResponse(exposition(), content_type=CONTENT_TYPE_PLAIN_0_0_4)


@csrf_exempt  # a POST is a 405, not a lesson about cookies
@require_safe
def metrics(request: HttpRequest) -> HttpResponse:
    return metrics_response(request.headers.get("Authorization", ""))


class Quiet(WSGIRequestHandler):
    timeout = 10  # seconds, of each wait for the client

    def log_message(self, format: str, *args: Any) -> None:
        """A scrape is worth no line."""


class MetricsServer(ThreadingMixIn, WSGIServer):
    """A thread for each scrape: one that stalls keeps no other waiting."""

    daemon_threads = True

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that stalls or leaves is worth no traceback."""
        logger.info("a scrape failed", error=type(sys.exception()).__name__)


def application(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
    """The same page for a process that serves nothing else."""
    response = metrics_response(environ.get("HTTP_AUTHORIZATION", ""))
    status = HTTPStatus(response.status_code)
    start_response(f"{status.value} {status.phrase}", list(response.items()))
    return [response.content]


def serve_metrics(port: int) -> None:
    """Serve them from a thread, for as long as the process lives.

    Raises:
        OSError: the port is taken.
    """
    server = make_server(settings.HOST, port, application, MetricsServer, Quiet)
    threading.Thread(target=server.serve_forever, name="metrics", daemon=True).start()
