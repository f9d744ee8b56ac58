"""Before anything is measured: does each baseline give the answers that the product gives?"""

from __future__ import annotations

import json
import urllib.error
import urllib.request
from collections.abc import Sequence
from typing import Any
from urllib.parse import urlsplit

from bench.cases import Ask, Asks
from bench.servers import Server

SAMPLES = 12


class DifferentAnswerError(Exception):
    """A baseline answers otherwise than the product."""


def check(asks: Asks, product: Server, baselines: Sequence[Server]) -> None:
    """Compare some answers, key by key. Of a write, the product's answer to one request is held
    against each baseline's to another: keys and types.

    Raises:
        DifferentAnswerError: with where they differ.
    """
    for _ in range(SAMPLES if asks.case.repeat else 1):
        ask = asks.take(1)[0]
        expected = answer(product, ask, asks.tokens)
        for server in baselines:
            other = ask if asks.case.repeat else asks.take(1)[0]
            got = answer(server, other, asks.tokens)
            where = difference(expected, got) if asks.case.repeat else kinds(expected, got)
            if where:
                raise DifferentAnswerError(f"{server.name}, {ask.path}: {where}")


def answer(server: Server, ask: Ask, bearer: dict[int, str]) -> Any:
    """The JSON of an answer that must be a good one; addresses of this server without its name."""
    request = urllib.request.Request(
        f"http://127.0.0.1:{server.port}{ask.path}",
        method=ask.method,
        data=None if ask.method == "GET" else json.dumps(ask.body or {}).encode(),
        headers={
            "Authorization": f"Bearer {bearer[ask.person]}",
            "Content-Type": "application/json",
        },
    )
    try:
        with urllib.request.urlopen(request, timeout=30) as response:
            text = response.read().decode()
    except urllib.error.HTTPError as error:
        said = error.read().decode()[:300]
        raise DifferentAnswerError(f"{server.name}, {ask.path}: {error.code} {said}") from None
    return json.loads(text.replace(f"http://127.0.0.1:{server.port}", ""))


def difference(expected: Any, got: Any, at: str = "the answer") -> str:
    """Where the second differs from the first; "" if nowhere."""
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
    """What an address says, whatever the order of its query."""
    parts = urlsplit(text or "")
    return parts.path, sorted(parts.query.replace("%2C", ",").split("&"))


def kinds(expected: Any, got: Any, at: str = "the answer") -> str:
    """Where keys or types differ; of lists, those of the first items."""
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
