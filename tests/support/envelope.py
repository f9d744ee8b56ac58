"""The shape of every error (contract C4)."""

from __future__ import annotations

from typing import Any

import config.urls  # noqa: F401  # its imports declare every code
from core.errors import REGISTRY


def refused(answer: Any, status: int, code: str = "") -> dict[str, Any]:
    """Assert that this answer, of any client, is an error in the envelope; return its body."""
    assert answer.status_code == status, (answer.status_code, answer.content[:300])
    assert answer.headers["Content-Type"] == "application/json"
    body: dict[str, Any] = answer.json()
    validation = body["code"] == "validation_error"
    assert set(body) == ({"error", "code", "fields"} if validation else {"error", "code"})
    assert body["error"].endswith((".", "?", "!")) or validation
    assert "Traceback" not in body["error"]
    assert body["code"] in REGISTRY
    assert not code or body["code"] == code
    if validation:
        assert body["error"] == next(iter(body["fields"].values()))[0]
    assert answer.headers["X-Request-ID"]
    return body
