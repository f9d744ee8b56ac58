"""Receiving request bodies under ASGI (contract C4)."""

from __future__ import annotations

import json
import tempfile

import pytest
from asgiref.sync import async_to_sync
from asgiref.testing import ApplicationCommunicator

from config.asgi import application

BODY = b'{"username": "ada", "password": "' + b"x" * 100_000 + b'"}'


async def post(*parts):
    """Send a body in these parts; return the answer's (status, headers, JSON)."""
    headers = [
        (b"host", b"testserver"),
        (b"content-type", b"application/json"),
        (b"content-length", str(len(BODY)).encode()),
    ]
    scope = {"type": "http", "method": "POST", "path": "/api/auth/token/", "headers": headers}
    client = ApplicationCommunicator(application, scope | {"query_string": b""})
    for number, part in enumerate(parts, 1):
        more = number < len(parts)
        await client.send_input({"type": "http.request", "body": part, "more_body": more})
    start, body = await client.receive_output(10), await client.receive_output(10)
    return start["status"], dict(start["headers"]), json.loads(body["body"])


@pytest.mark.parametrize("parts", [[BODY], [BODY[:70_000], BODY[70_000:]]], ids=["whole", "parts"])
def test_a_body_that_cannot_be_written_to_disk_is_a_503(parts, monkeypatch, tmp_path):
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "gone"))

    status, headers, body = async_to_sync(post)(*parts)

    assert (status, body["code"]) == (503, "body_not_kept")
    assert headers[b"X-Request-ID"]
