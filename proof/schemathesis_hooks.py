"""Hooks that tell schemathesis what the API's description doesn't: which operation creates an id,
so that the stateful phase uses the objects that it has created, and valid dates and time zones."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import schemathesis

# The operation that creates an object: the beginning of the paths that use it, and its parameter.
SOURCES = {
    ("post", "/api/sessions/"): ("/api/sessions/{id}/", "id"),
    ("post", "/api/sessions/{session_id}/materials/"): (
        "/api/sessions/{session_id}/materials/{id}/",
        "id",
    ),
    ("post", "/v1/sessions/create/"): ("/v1/sessions/{id}/", "id"),
    ("post", "/v1/friends/requests/"): ("/v1/friends/requests/{id}/", "id"),
}
SOON = f"{datetime.now(UTC) + timedelta(days=30):%Y-%m-%dT%H:%M:%SZ}"
LONGEST_ZONE = 64


@schemathesis.hook
def map_body(context: Any, body: Any) -> Any:
    """Replace valid random dates by dates in the next ten years, and texts for time zones by names
    of zones, since random ones are hardly ever accepted. Invalid values stay."""
    if not isinstance(body, dict):
        return body
    better: dict[str, Any] = {}
    if is_moment(body.get("date")):
        better["date"] = SOON
    zone = body.get("timezone")
    if isinstance(zone, str) and 0 < len(zone) <= LONGEST_ZONE:
        better["timezone"] = "Europe/Berlin"
    return body | better


def is_moment(value: Any) -> bool:
    try:
        return isinstance(value, str) and bool(datetime.fromisoformat(value))
    except ValueError:
        return False


@schemathesis.hook
def filter_body(context: Any, body: Any) -> bool:
    """Skip values that are too long only because of white space at their ends: the server removes
    it first, which a description can't express."""
    texts = body.values() if isinstance(body, dict) else ()
    return all(each == each.strip() for each in texts if isinstance(each, str))


@schemathesis.hook
def before_load_schema(context: Any, schema: dict[str, Any]) -> None:
    """Add links to the operations on objects that another operation creates."""
    for (method, path), (prefix, name) in SOURCES.items():
        answers = schema["paths"][path][method]["responses"]["201"]
        answers["links"] = {
            operation: {"operationId": operation, "parameters": parameters(path, name)}
            for operation in below(schema, prefix)
        }
    sessions = schema["paths"]["/api/sessions/"]["post"]["responses"]["201"]["links"]
    for operation in below(schema, "/api/sessions/{session_id}/materials/"):
        sessions[operation] = {
            "operationId": operation,
            "parameters": {"path.session_id": "$response.body#/id"},
        }


def parameters(path: str, name: str) -> dict[str, str]:
    found = {f"path.{name}": "$response.body#/id"}
    if "{session_id}" in path:
        found["path.session_id"] = "$request.path.session_id"
    return found


def below(schema: dict[str, Any], prefix: str) -> Iterator[str]:
    for path, item in schema["paths"].items():
        if path.startswith(prefix):
            for operation in item.values():
                yield operation["operationId"]
