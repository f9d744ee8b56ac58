"""The introduction of the API description: how the API works, how to sign in, all error codes."""

from __future__ import annotations

from typing import Any

from core.errors import REGISTRY


def error_table() -> str:
    """Return every declared error code as a Markdown table."""
    rows = sorted(REGISTRY.values(), key=lambda code: (code.status, code.code))
    lines = [f"| {code.status} | `{code.code}` | {code.sentence} |" for code in rows]
    return "\n".join(["| status | code | sentence |", "|---|---|---|", *lines])


def finish(result: dict[str, Any], **kwargs: Any) -> dict[str, Any]:
    """Add the introduction and the security scheme (a postprocessing hook of drf-spectacular)."""
    result["info"]["description"] = DESCRIPTION.format(table=error_table())
    result["components"]["securitySchemes"] = {
        "bearer": {"type": "http", "scheme": "bearer", "bearerFormat": "JWT"}
    }
    return result


DESCRIPTION = """\
Tutoring sessions over REST, for frontends, for curl and for Postman.

**Signing in.** `POST /api/auth/token/`, then send `Authorization: Bearer <access>` with every
request. An access token lasts some minutes; `POST /api/auth/token/refresh/` gives the next one.

**Bodies** are JSON in UTF-8, at most 1 MiB, with a `Content-Length`; materials may also be sent as
multipart forms, with a file. Unknown keys are ignored. A value of the
wrong type is a `validation_error`. Text is trimmed.

**Dates** are answered in UTC with `Z` and whole seconds. A date with an offset is read as it is.
A date without one is read with `timezone` (an IANA name), else with `timezone_offset` (minutes
from local time to UTC, as JavaScript's `getTimezoneOffset()` gives them), else as UTC. An offset
is right for one day only: across a clock change send `timezone`.

**Lists** are pages (`page`, `page_size`; 20 by default, at most 100) or arrays of at most 100
items (`limit`) with a `Link` header to the next ones. An invalid filter is a 400.

**PUT and PATCH** do the same: the keys that you send are changed, the others stay.

**Errors** are `{{"error": "<a sentence>", "code": "<a code>"}}`; a validation error also has
`fields`. If several things are wrong, the first of these is reported: 401, 404, 403, 400 for a
field, 400 for the state.

**Repeating a request.** A POST with an `Idempotency-Key` is carried out once, however often it is
sent: for 24 hours the same key with the same body, byte for byte, to the same address gets the
same status and body, with `Idempotent-Replayed: true`. A refusal (400, 403, 404) is repeated in the
same way, unless the body could not be read. After any other error, or no answer at all, send the
request again with the same key. Use a new key for a new action. Another request with the same key
gets a 422. A repeat gets a 409 while the first request is still running: send it again after
`Retry-After` seconds. A key belongs to the person who sends it. Signing in, starting a 1-on-1
session (a repeat is `already_started`), join tokens and forms with files take no key.

**Live push.** Open a WebSocket at `/ws/` with the subprotocols `["bearer", "<access token>"]`, in
a browser `new WebSocket(url, ["bearer", access])`. The server accepts `bearer` and first sends
`{{"type": "ready", "user": <id>}}`, then `{{"type": "notification", "data": {{…}}}}` and
`{{"type": "message", "data": {{…}}}}` as soon as they are written; `data` is the same object as in
REST. After an outage of the push layer `ready` is sent again: fetch by REST what was missed.
The client need not send anything. `{{"type": "ping"}}` is answered with `{{"type": "pong"}}`, a
frame over 64 KiB closes the socket (1009), and any other frame is ignored. Close codes:

- 4401: the token is not valid or has expired, or the account was deactivated. Open the socket again
  with a new token, and fetch by REST what was sent in the meantime.
- 4403: the page's origin is not allowed.
- 4404: the address is not `/ws/`.
- 4429: this person has too many sockets (ten by default).
- 1012: the server restarts. 1013: the client read too slowly, or the database can't be reached. Try
  again a little later.

**Every answer** has an `X-Request-ID`: the one that you sent, or a new one.

## All error codes

{table}
"""
