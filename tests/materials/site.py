"""A session on a real server, over HTTP."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from tests.support.server import Server


def open_session(server: Server) -> tuple[str, str]:
    """Create a session; return (its instructor's token, the path of its materials)."""
    token = server.register("ines", "instructor")
    body = {
        "title": "Algebra",
        "description": "x",
        "date": (datetime.now(UTC) + timedelta(days=3)).strftime("%Y-%m-%dT%H:%M:%SZ"),
        "max_participants": 5,
    }
    made = server.call("POST", "/api/sessions/", token, json=body).json()
    return token, f"/api/sessions/{made['id']}/materials/"
