"""A fake Cloudinary on loopback: it checks signatures like the real one, stores what it receives,
and can be set to misbehave."""

from __future__ import annotations

import hashlib
import io
import json
import re
import socket
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Event, Thread
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from werkzeug.formparser import FormDataParser
from werkzeug.http import parse_options_header

CLOUD, KEY, SECRET = "demo", "123456", "s3cret-of-the-account"
UNSIGNED = {"file", "cloud_name", "resource_type", "api_key", "signature"}
ERROR = {"error": {"message": "No"}}
# The behaviours that give a fixed answer, whatever the request.
ANSWERS: dict[str, tuple[int, str]] = {
    "401": (401, json.dumps(ERROR)),
    "403": (403, json.dumps(ERROR)),
    "420": (420, json.dumps(ERROR)),
    "500 with {}": (500, "{}"),
    "200 with {}": (200, "{}"),
    "a list": (200, "[]"),
    "an odd error": (400, '{"error": "text"}'),
    "html": (200, "<html>Welcome</html>"),
    "html 503": (503, "<html>Maintenance</html>"),
    "no bytes": (200, '{"public_id": "{public_id}"}'),
    "another id": (200, '{"public_id": "other", "bytes": 34}'),
}


def signature(params: Mapping[str, str]) -> str:
    """As Cloudinary documents it: the hash of the sorted and joined parameters and the secret."""
    parts = sorted(
        f"{name}={value}".replace("&", "%26")
        for name, value in params.items()
        if value and name not in UNSIGNED
    )
    return hashlib.sha1(("&".join(parts) + SECRET).encode()).hexdigest()


class FakeCloudinary(ThreadingHTTPServer):
    """Stores files as (resource type, type, public id) → bytes.

    Attributes:
        behaviour: "" for normal, or how it misbehaves.
        requests: the number of POST requests received.
    """

    daemon_threads = True
    block_on_close = False

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.files: dict[tuple[str, str, str], bytes] = {}
        self.parts: dict[str, list[bytes]] = {}
        self.largest_part = 0
        self.behaviour = ""
        self.requests = 0
        self.stopped = Event()

    @property
    def base(self) -> str:
        return f"http://127.0.0.1:{self.server_port}"

    @property
    def account(self) -> dict[str, str]:
        named = {"cloud_name": CLOUD, "api_key": KEY, "api_secret": SECRET}
        return named | {"upload_prefix": self.base}


class Handler(BaseHTTPRequestHandler):
    server: FakeCloudinary
    protocol_version = "HTTP/1.1"

    def log_message(self, *args: Any) -> None:
        """Log nothing."""

    def do_POST(self) -> None:
        body = self.form()
        self.server.requests += 1
        with suppress(OSError):  # the client may have disconnected
            if self.server.behaviour:
                self.misbehave(body)
            else:
                self.answer(body)

    def form(self) -> dict[str, Any]:
        kind, options = parse_options_header(self.headers["Content-Type"])
        length = int(self.headers["Content-Length"])
        body = io.BytesIO(self.rfile.read(length))
        _, fields, files = FormDataParser().parse(body, kind, length, options)
        return fields.to_dict() | {name: file.read() for name, file in files.items()}

    def answer(self, body: dict[str, Any]) -> None:
        match = re.fullmatch(rf"/v1_1/{CLOUD}/(image|raw)/(upload|destroy)", self.path)
        signed = body.get("signature") == signature(body) and body.get("api_key") == KEY
        if not match or not signed or abs(time.time() - int(body["timestamp"])) > 3600:
            self.say(401, ERROR)
        elif match[2] == "destroy":
            gone = self.server.files.pop((match[1], body["type"], body["public_id"]), None)
            self.say(200, {"result": "not found" if gone is None else "ok"})
        else:
            self.say(200, self.store(match[1], body))

    def store(self, resource_type: str, body: dict[str, Any]) -> dict[str, Any]:
        public_id, content = body["public_id"], body["file"]
        self.server.largest_part = max(self.server.largest_part, len(content))
        upload = self.headers.get("X-Unique-Upload-Id")
        if upload:
            parts = self.server.parts.setdefault(upload, [])
            parts.append(content)
            content = b"".join(parts)
            if len(content) < int(self.headers["Content-Range"].rpartition("/")[2]):
                return {"done": False, "public_id": public_id, "bytes": len(content)}
        self.server.files[resource_type, body["type"], public_id] = content
        return {"public_id": public_id, "bytes": len(content), "type": body["type"]}

    def misbehave(self, body: dict[str, Any]) -> None:
        behaviour = self.server.behaviour
        if behaviour == "hangs":
            self.server.stopped.wait(30)
        elif behaviour.startswith("drips"):
            self.drip(headers="headers" in behaviour)
        elif behaviour == "arrives late":
            self.store(self.path.split("/")[3], body)
            self.server.stopped.wait(30)
        elif behaviour == "disconnects":
            self.close_connection = True
            self.connection.shutdown(socket.SHUT_RDWR)
        else:
            status, text = ANSWERS[behaviour]
            self.say(status, text.replace("{public_id}", body["public_id"]))

    def drip(self, *, headers: bool) -> None:
        """Send a byte now and then, forever."""
        self.wfile.write(b"HTTP/1.1 200 OK\r\nX-Slow: ")
        if not headers:
            self.wfile.write(b"no\r\nContent-Length: 100000\r\n\r\n")
        while not self.server.stopped.wait(0.1):
            self.wfile.write(b" ")
            self.wfile.flush()

    def do_GET(self) -> None:
        """Answer a signed download that hasn't expired."""
        address = urlsplit(self.path)
        query = dict(parse_qsl(address.query))
        resource_type = address.path.split("/")[3]
        file = self.server.files.get((resource_type, query["type"], query["public_id"]))
        if query["signature"] != signature(query) or int(query["expires_at"]) < time.time():
            self.say(401, ERROR)
        elif file is None:
            self.say(404, ERROR)
        else:
            self.say(200, file)

    def say(self, status: int, body: Any) -> None:
        text = body if isinstance(body, str | bytes) else json.dumps(body)
        content = text.encode() if isinstance(text, str) else text
        self.send_response(status)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)


@contextmanager
def fake_cloudinary() -> Iterator[FakeCloudinary]:
    server = FakeCloudinary()
    Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
    try:
        yield server
    finally:
        server.stopped.set()
        server.shutdown()
        server.server_close()
