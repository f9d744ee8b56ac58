"""The words around the operations: how the API works, how to sign in, every error code."""

from __future__ import annotations

from typing import Any

from core.errors import REGISTRY


def error_table() -> str:
    """Every declared code, as a Markdown table."""
    rows = sorted(REGISTRY.values(), key=lambda code: (code.status, code.code))
    lines = [f"| {code.status} | `{code.code}` | {code.sentence} |" for code in rows]
    return "\n".join(["| status | code | sentence |", "|---|---|---|", *lines])


def finish(result: dict[str, Any], **kwargs: Any) -> dict[str, Any]:
    """drf-spectacular's last hook: how to sign in, and the table of error codes."""
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
multipart forms, with a file. Keys that an operation
doesn't name are ignored; a value of the wrong type is a `validation_error`. Text is trimmed.

**Dates** are answered in UTC with `Z` and whole seconds. A date with its own offset means what
it says. One without is read with `timezone` (an IANA name), else with `timezone_offset` (minutes
from local time to UTC, as JavaScript's `getTimezoneOffset()` gives them), else as UTC. An offset
is that of one day: across a clock change only `timezone` says what people mean.

**Lists** are pages (`page`, `page_size`, 20 unless told, at most 100) or arrays of at most 100
items (`limit`) with a `Link` header to the next ones. A filter that can't be read is a 400.

**PUT and PATCH** do the same: the keys sent are changed, the others stay.

**Errors** come as `{{"error": "<a sentence>", "code": "<a code>"}}`, a validation error with
`fields` too. What is wrong with the caller is said first: 401, 404, 403, then 400 for a field,
then 400 for the state.

**Sending it again.** A POST with an `Idempotency-Key` is done once, however often it is sent: the
same key with the same body, byte for byte, to the same address gets the same status and body for
24 hours, with `Idempotent-Replayed: true`. A refusal (400, 403, 404) is such an answer, too, but
not of a body that can't be read. After any other error, or none, send it again with the same key;
for another act take a new one. The key with another request is a 422, and a 409 while the first one
is being done: send it again after `Retry-After` seconds. A key belongs to the person who sends it.
Signing in, join tokens and forms with files have none.

**Live push.** Open a WebSocket at `/ws/` with the subprotocols `["bearer", "<access token>"]`, in
a browser `new WebSocket(url, ["bearer", access])`. The server answers with `bearer`, sends
`{{"type": "ready", "user": <id>}}` first, and then, the moment it is written,
`{{"type": "notification", "data": {{…}}}}` or `{{"type": "message", "data": {{…}}}}`, where `data`
is the object as REST shows it. After an outage in between `ready` comes again: look in REST for
what was missed. Nothing has to be sent; `{{"type": "ping"}}` is answered
`{{"type": "pong"}}`, a frame over 64 KiB closes the socket (1009), and anything else is passed
over. It is closed with 4401 when the token isn't good, and when the token or the account ends:
open it again with a new token, and read from REST what was told meanwhile. 4403: a page of a
foreign origin. 4404: not `/ws/`. 4429: too many sockets of one person (more than ten, unless the
site says otherwise). 1013: the client read too slowly, or the database is away; 1012: the server
restarts. Come back a little later then.

**Every answer** has an `X-Request-ID`: the one sent, or a new one.

## All error codes

{table}
"""
