"""One call to Zoom, which always ends by a deadline (`core.deadline`)."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import orjson
import requests
from urllib3.exceptions import HTTPError, MaxRetryError, ReadTimeoutError

from core.deadline import (
    Deadline,
    DeadlineExceededError,
    NeverStartedError,
    WatchedAdapter,
    Workers,
)
from core.errors import APIError
from core.observability.logs import id_header
from zoom.client.errors import ZOOM_FAILED, ZOOM_TIMEOUT, ZOOM_UNREACHABLE

logger = logging.getLogger(__name__)

CONNECT_SECONDS = 3
READ_SECONDS = 10
MAX_BODY = 1024 * 1024
# More calls than a process has threads for requests and jobs never wait for each other.
CALLS = Workers(32, "zoom-call")


class NotSentError(APIError):
    """There was no connection. Nothing has reached Zoom, so any call may be repeated."""

    def __init__(self) -> None:
        super().__init__(ZOOM_UNREACHABLE)


class BrokenError(APIError):
    """The response broke off or has a status 5xx. Zoom may have carried out the request."""

    def __init__(self) -> None:
        super().__init__(ZOOM_FAILED)


@dataclass(frozen=True)
class ZoomResponse:
    """Zoom's response. The body may contain secrets and is never logged."""

    status: int
    body: bytes = field(repr=False)
    retry_after: str = ""

    @property
    def json(self) -> dict[str, Any]:
        """The JSON object in the body; {} if there is none."""
        try:
            document = orjson.loads(self.body)
        except orjson.JSONDecodeError:
            return {}
        return document if isinstance(document, dict) else {}

    @property
    def code(self) -> int | None:
        """Zoom's error number, if there is one."""
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
        BrokenError: the connection was cut, or the response isn't HTTP.
        APIError: `zoom_timeout` when the deadline or the time limit of a read has passed.
    """
    if not deadline.remaining():
        raise APIError(ZOOM_TIMEOUT)
    headers = id_header() | dict(headers)
    try:
        return CALLS.run(
            lambda: transfer(method, url, deadline, headers, content), deadline.remaining()
        )
    except NeverStartedError:
        logger.warning("All threads for calls to Zoom are busy.")
        raise NotSentError() from None
    # `from None`: the libraries' errors contain the request with its headers and body.
    except (DeadlineExceededError, TimeoutError, requests.ReadTimeout, ReadTimeoutError):
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
    """Whether no connection was made at all, as opposed to one that broke."""
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
        session.trust_env = False  # ignore the machine's proxies and .netrc
        session.mount("https://", WatchedAdapter())
        session.mount("http://", WatchedAdapter())
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
                body=read_body(response),
                retry_after=response.headers.get("Retry-After", ""),
            )


def read_body(response: requests.Response) -> bytes:
    """Return the body, or raise an error if it is too long or broke off."""
    body = bytearray()
    while chunk := response.raw.read1(MAX_BODY):
        body += chunk
        if len(body) > MAX_BODY:
            raise BrokenError()
    return bytes(body)
