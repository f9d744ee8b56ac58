"""Helpers for POST requests with an `Idempotency-Key`."""

from __future__ import annotations


def post(client, path, body=None, key="k1", **headers):
    named = {} if key is None else {"HTTP_IDEMPOTENCY_KEY": key}
    return client.post(path, body, **named, **headers)


def same(one, other):
    """Assert that the second answer repeats the first and is marked as a replay."""
    assert (other.status_code, other.content) == (one.status_code, one.content)
    assert other.headers.get("Content-Type") == one.headers.get("Content-Type")
    assert (one.headers.get("Idempotent-Replayed"), other["Idempotent-Replayed"]) == (None, "true")
    assert other["X-Request-ID"] != one["X-Request-ID"]
