"""Checks before measuring that each baseline gives the same answers as the product."""

from __future__ import annotations

import json
import urllib.error
import urllib.request
from typing import Any
from urllib.parse import urlsplit

import psycopg

from bench.cases import CaseRequest, CaseRequests
from bench.servers import Server

SAMPLES = 12
# These baselines check a token's signature only, so they answer people who were deactivated.
LOOK_NOBODY_UP = {"hard_floor"}


class DifferentAnswerError(Exception):
    """A server doesn't answer as the product does."""


def difference_between(requests: CaseRequests, one: Server, other: Server) -> str:
    """Compare some answers of two servers, key by key. For a write, compare keys and types of the
    answers to two requests. Return where they differ, or "".

    Raises:
        DifferentAnswerError: an answer isn't successful.
    """
    repeat = requests.case.repeat
    for _ in range(SAMPLES if repeat else 1):
        request = requests.take(1)[0]
        expected = answer(one, request, requests.tokens(one))
        second = request if repeat else requests.take(1)[0]
        got = answer(other, second, requests.tokens(other))
        where = difference(expected, got) if repeat else kinds(expected, got)
        if where:
            return f"{request.path}: {where}"
    return ""


def difference_in_access(
    requests: CaseRequests, server: Server, connection: psycopg.Connection[Any]
) -> str:
    """Send a request of a person who is deactivated meanwhile. Return how the server differs from
    what is known of it, or "".

    Args:
        connection: to the server's database.
    """
    request = requests.take(1)[0]
    activate = "UPDATE accounts_user SET is_active = %s WHERE id = %s"
    connection.execute(activate, [False, request.person])
    try:
        status, _ = send(server, request, requests.tokens(server))
    finally:
        connection.execute(activate, [True, request.person])
    refused, let_in = status == 401, status < 300
    if let_in if server.name in LOOK_NOBODY_UP else refused:
        return ""
    return f"{request.path}: {status} for a person who was deactivated"


def answer(server: Server, request: CaseRequest, tokens: dict[int, str]) -> Any:
    """Return the JSON of an answer, which must be successful; the server's own URLs are replaced
    by their paths."""
    status, text = send(server, request, tokens)
    if status >= 300:
        raise DifferentAnswerError(f"{server.name}, {request.path}: {status} {text[:300]}")
    return json.loads(text.replace(f"http://127.0.0.1:{server.port}", ""))


def send(server: Server, request: CaseRequest, tokens: dict[int, str]) -> tuple[int, str]:
    """Return the status and the text of an answer."""
    prepared = urllib.request.Request(
        f"http://127.0.0.1:{server.port}{request.path}",
        method=request.method,
        data=None if request.method == "GET" else json.dumps(request.body or {}).encode(),
        headers={
            "Authorization": f"Bearer {tokens[request.person]}",
            "Content-Type": "application/json",
        },
    )
    try:
        with urllib.request.urlopen(prepared, timeout=30) as response:
            return response.status, response.read().decode()
    except urllib.error.HTTPError as error:
        return error.code, error.read().decode()


def difference(expected: Any, got: Any, at: str = "the answer") -> str:
    """Return where the second differs from the first, or ""."""
    if isinstance(expected, dict) and isinstance(got, dict):
        if expected.keys() != got.keys():
            return f"{at} has other keys: {sorted(expected.keys() ^ got.keys())}"
        pairs = [(f"{at}.{key}", expected[key], got[key]) for key in expected]
    elif isinstance(expected, list) and isinstance(got, list) and len(expected) == len(got):
        pairs = [
            (f"{at}[{n}]", one, other)
            for n, (one, other) in enumerate(zip(expected, got, strict=True))
        ]
    elif at.rpartition(".")[2] in {"next", "previous"}:
        return "" if address(expected) == address(got) else f"{at}: {expected!r}, not {got!r}"
    else:
        return "" if expected == got else f"{at}: {expected!r}, not {got!r}"
    return next((where for at, one, other in pairs if (where := difference(one, other, at))), "")


def address(text: str | None) -> Any:
    """Return the parts of a URL, independently of the order of its query."""
    parts = urlsplit(text or "")
    return parts.path, sorted(parts.query.replace("%2C", ",").split("&"))


def kinds(expected: Any, got: Any, at: str = "the answer") -> str:
    """Return where keys or types differ, or ""; for lists, compare the first items."""
    if type(expected) is not type(got):
        return f"{at}: {type(expected).__name__}, not {type(got).__name__}"
    if isinstance(expected, dict):
        if expected.keys() != got.keys():
            return f"{at} has other keys: {sorted(expected.keys() ^ got.keys())}"
        found = (kinds(expected[key], got[key], f"{at}.{key}") for key in expected)
        return next(filter(None, found), "")
    if isinstance(expected, list) and expected and got:
        return kinds(expected[0], got[0], f"{at}[0]")
    return ""
