"""One call to Zoom, which is over by a deadline whatever the other side does.

The time limits of sockets bound one wait each: a server that drips bytes, a name with many
addresses or a slow resolver can add up to any number of them. So the call runs in a thread, and
who waits for it leaves at the deadline.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Mapping
from concurrent.futures import Future
from contextvars import copy_context
from dataclasses import dataclass, field
from threading import Thread
from typing import Any

import orjson
import requests
from urllib3.exceptions import HTTPError, MaxRetryError, ReadTimeoutError

from core.errors import APIError
from core.logs import id_header
from zoom.client.errors import ZOOM_FAILED, ZOOM_TIMEOUT, ZOOM_UNREACHABLE

logger = logging.getLogger(__name__)

CONNECT_SECONDS = 3
READ_SECONDS = 10
MAX_BODY = 1024 * 1024


class Deadline:
    """The moment by which all calls and retries of one act are over."""

    def __init__(self, seconds: float = 12) -> None:
        self.moment = time.monotonic() + seconds

    def remaining(self) -> float:
        """Seconds left, at least 0."""
        return max(0.0, self.moment - time.monotonic())


class NotSentError(APIError):
    """No connection: nothing has reached Zoom, so that any call may be sent again."""

    def __init__(self) -> None:
        super().__init__(ZOOM_UNREACHABLE)


class BrokenError(APIError):
    """An answer that broke off or owns to a fault: what was asked may have been done."""

    def __init__(self) -> None:
        super().__init__(ZOOM_FAILED)


@dataclass(frozen=True)
class ZoomResponse:
    """What Zoom said. Its body may hold secrets, and is never logged."""

    status: int
    body: bytes = field(repr=False)
    retry_after: str = ""

    @property
    def json(self) -> dict[str, Any]:
        """The object in the body; an empty one if there is none."""
        try:
            document = orjson.loads(self.body)
        except orjson.JSONDecodeError:
            return {}
        return document if isinstance(document, dict) else {}

    @property
    def code(self) -> int | None:
        """Zoom's own number for an error."""
        code = self.json.get("code")
        return code if isinstance(code, int) else None


def send(
    method: str,
    url: str,
    *,
    deadline: Deadline,
    headers: Mapping[str, str],
    **content: Any,
) -> ZoomResponse:
    """Make one call.

    Args:
        content: `json`, `data` or `params`, as `requests` takes them.

    Raises:
        NotSentError: no connection.
        BrokenError: a connection that was cut, or what isn't HTTP.
        APIError: `zoom_timeout` when the deadline or the time limit of a read has passed.
    """
    if not deadline.remaining():
        raise APIError(ZOOM_TIMEOUT)
    outcome: Future[ZoomResponse] = Future()
    headers = id_header() | dict(headers)

    def work() -> None:
        try:
            outcome.set_result(transfer(method, url, deadline, headers, content))
        except Exception as error:  # whatever it is, it belongs to the one who waits
            outcome.set_exception(error)

    Thread(target=copy_context().run, args=(work,), name="zoom-call", daemon=True).start()
    try:
        return outcome.result(timeout=deadline.remaining())
    # What the libraries' errors hold, a request with its headers and body, goes no further.
    except (TimeoutError, requests.ReadTimeout, ReadTimeoutError):
        logger.warning("Zoom didn't answer in time.")
        raise APIError(ZOOM_TIMEOUT) from None
    except requests.exceptions.SSLError:
        logger.error("Zoom's certificate can't be trusted.")
        raise APIError(ZOOM_UNREACHABLE) from None
    except requests.ConnectionError as error:
        logger.warning("The connection to Zoom failed.")
        raise (NotSentError() if was_refused(error) else BrokenError()) from None
    except (requests.RequestException, HTTPError):
        logger.warning("Zoom's answer can't be read.")
        raise BrokenError() from None


def was_refused(error: requests.ConnectionError) -> bool:
    """Whether there was no connection at all, and not one that broke."""
    return isinstance(error, requests.ConnectTimeout) or (
        bool(error.args) and isinstance(error.args[0], MaxRetryError)
    )


def transfer(
    method: str,
    url: str,
    deadline: Deadline,
    headers: Mapping[str, str],
    content: Mapping[str, Any],
) -> ZoomResponse:
    left = max(deadline.remaining(), 0.001)
    with requests.Session() as session:
        session.trust_env = False  # neither proxies nor a .netrc of the machine
        with session.request(
            method,
            url,
            headers={"Accept-Encoding": "identity"} | dict(headers),
            timeout=(min(CONNECT_SECONDS, left), min(READ_SECONDS, left)),
            allow_redirects=False,
            stream=True,
            **content,
        ) as response:
            return ZoomResponse(
                status=response.status_code,
                body=read_body(response, deadline),
                retry_after=response.headers.get("Retry-After", ""),
            )


def read_body(response: requests.Response, deadline: Deadline) -> bytes:
    """The body as it comes; one that is too long, or too slow, is given up."""
    body = bytearray()
    while chunk := response.raw.read1(MAX_BODY):
        body += chunk
        if len(body) > MAX_BODY:
            raise BrokenError()
        if not deadline.remaining():
            raise APIError(ZOOM_TIMEOUT)
    return bytes(body)
