"""Every act with sensitive data on a server, once, over real HTTP."""

from __future__ import annotations

import hashlib
import hmac
import json
import re
import time
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qs, urlsplit

from tests.support.fake_zoom import FakeZoom
from tests.support.mail_server import MailServer
from tests.support.server import Server
from tests.support.sockets import hear, open_socket
from tests.support.waiting import until
from tests.support.zoom_behaviours import answers

METRICS_TOKEN = "a-token-for-prometheus-26"
WEBHOOK_SECRET = "a-secret-of-the-webhook"
PASSWORD, WRONG, NEW = "a-good-password-26", "a-wrong-guess-27", "another-password-28"
TEXT = "Meet me behind the greenhouse"


@dataclass
class Scenario:
    """Every act with sensitive data on a server.

    Attributes:
        secrets: texts that may not appear in any log.
    """

    server: Server
    zoom: FakeZoom
    mails: MailServer
    secrets: set[str] = field(default_factory=set)

    def call(self, method: str, path: str, token: str = "", body: Any = None, **kwargs: Any) -> Any:
        return self.server.call(method, path, token, json=body, **kwargs)

    def run(self) -> None:
        self.secrets |= {PASSWORD, WRONG, NEW, TEXT, METRICS_TOKEN, WEBHOOK_SECRET}
        self.secrets |= {f"{name}@example.com" for name in ("ada", "ben", "nobody")}
        self.accounts()
        self.chat()
        self.one_on_one()
        self.material()
        self.reset()
        self.webhook()
        self.failures()

    def accounts(self) -> None:
        self.server.register("ben")
        for password in (WRONG, PASSWORD):
            body = {"username": "ben@example.com", "password": password}
            self.ben = self.call("POST", "/api/auth/token/", "", body).json().get("access", "")
        self.ada = self.server.register("ada", "instructor")
        again = {"username": "ada", "email": "ada@example.com", "password": PASSWORD}
        assert self.call("POST", "/api/auth/register/", "", again).status_code == 400
        self.secrets |= {self.ada, self.ben}
        self.ben_id = self.call("GET", "/api/auth/me/", self.ben).json()["id"]

    def chat(self) -> None:
        made = self.call("POST", "/v1/friends/requests/", self.ada, {"user_id": self.ben_id}).json()
        here = {"path": "/ws/?key=in-a-query", "additional_headers": {"X-Request-ID": "socket-1"}}
        with open_socket(self.server, "bearer", self.ada, **here) as socket:
            assert hear(socket)["type"] == "ready"
            self.call("POST", f"/v1/friends/requests/{made['id']}/accept/", self.ben)
            path = f"/v1/friends/{made['from_user']['id']}/messages/"
            assert self.call("POST", path, self.ben, {"text": TEXT}).status_code == 201
            assert {hear(socket)["type"], hear(socket)["type"]} == {"notification", "message"}
        notifications = self.call("GET", "/api/notifications/", self.ada).json()
        self.secrets |= {each["message"] for each in notifications}

    def one_on_one(self) -> None:
        made = self.call("POST", "/v1/sessions/create/", self.ada, {"participant_id": self.ben_id})
        path = f"/v1/sessions/{made.json()['id']}"
        self.zoom.behave("create", answers(400, {"code": 1, "message": PASSWORD}), times=1)
        failed = self.call(
            "POST", f"{path}/start/", self.ada, headers={"X-Request-ID": "start-failed"}
        )
        assert failed.status_code == 502
        started = self.call("POST", f"{path}/start/", self.ada, headers={"X-Request-ID": "start-1"})
        session = started.json()["session"] if "session" in started.json() else started.json()
        assert started.status_code == 200
        self.secrets |= {session["zoom_meeting_url"], session["zoom_meeting_password"]}
        self.call("POST", f"{path}/ready/", self.ben)
        token = self.call("POST", f"{path}/join-token/", self.ben).json()["token"]
        self.secrets.add(token)
        body = {"token": token}
        redeemed = self.call("POST", "/v1/sessions/join-token/validate/", self.ben, body)
        assert redeemed.status_code == 200, redeemed.text

    def material(self) -> None:
        body = {"title": "Trees", "description": "x", "max_participants": 2, "date": soon()}
        made = self.call("POST", "/api/sessions/", self.ada, body).json()
        self.session = f"/api/sessions/{made['id']}/"
        path = f"{self.session}materials/"
        upload = {"file": ("notes.txt", b"Trees, by hand.", "text/plain")}
        added = self.server.call(
            "POST", path, self.ada, files=upload, data={"title": "Notes", "type": "file"}
        )
        assert added.status_code == 201, added.text
        parts = urlsplit(added.json()["file"])
        self.secrets.add(parse_qs(parts.query)["signature"][0])
        assert self.server.call("GET", f"{parts.path}?{parts.query}").ok

    def reset(self) -> None:
        self.mails.refusals["ben@example.com"] = "451 4.3.0 <ben@example.com> must wait"
        for name in ("ada", "ben", "nobody"):
            self.call("POST", "/api/auth/password/reset/", "", {"email": f"{name}@example.com"})
        assert self.server.call("GET", "/run-jobs/").ok
        until(lambda: self.mails.mails)
        text = self.mails.text("ada@example.com")
        [link] = re.findall(r"https?://\S+reset-password\?\S+", text)
        found = {name: value[0] for name, value in parse_qs(urlsplit(link).query).items()}
        self.secrets |= {found["token"], link}
        body = found | {"new_password": NEW}
        assert self.call("POST", "/api/auth/password/reset/confirm/", "", body).ok
        self.ada = self.server.sign_in("ada", NEW)
        self.secrets.add(self.ada)

    def webhook(self) -> None:
        body = json.dumps({"event": "meeting.ended", "payload": {"note": TEXT}})
        moment = str(int(time.time()))
        key, signed = WEBHOOK_SECRET.encode(), f"v0:{moment}:{body}".encode()
        signature = hmac.new(key, signed, hashlib.sha256).hexdigest()
        self.secrets.add(signature)
        for each in (signature, "0" * 64):
            headers = {"x-zm-request-timestamp": moment, "x-zm-signature": f"v0={each}"}
            headers["Content-Type"] = "application/json"
            self.server.call("POST", "/v1/zoom/webhook/", data=body, headers=headers)

    def failures(self) -> None:
        self.secrets |= {"rosa@example.net", "hunter22", "a-token-in-a-path", "in-a-query"}
        headers = {"X-Request-ID": "trouble-1"}
        broken = self.call("GET", "/trouble/a-token-in-a-path/", self.ada, headers=headers)
        assert broken.status_code == 500
        headers = {"X-Request-ID": "trouble-2"}
        query = {"text": TEXT, "key": "in-a-query"}
        assert self.call("GET", "/trouble/row/", params=query, headers=headers).status_code == 500
        assert self.call("GET", "/nowhere/a-token-in-a-path/").status_code == 404
        headers = {"Host": "ada@example.com"}
        assert self.call("GET", "/api/schema/", headers=headers).status_code == 400


def soon() -> str:
    return time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(time.time() + 3 * 86_400))
