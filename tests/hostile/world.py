"""People and data for hostile requests, and the answers that are acceptable."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

from django.test import override_settings
from django.utils import timezone
from rest_framework.test import APIClient

from accounts.models import User
from friendships import services as friendships
from friendships.models import Friendship
from mail.unsubscribing import unsubscribe_links
from materials.models import Material
from sessions_app.models import Session
from sessions_app.states import Mode
from tests.hostile.operations import READS, Operation
from tests.support.envelope import refused
from zoom import services as one_on_ones

# Changes that leave everything in place that the next request needs.
LASTING = {
    f"{method} {path}"
    for method in ("PUT", "PATCH")
    for path in ("/api/auth/me/", "/api/sessions/{session_id}/materials/{id}/")
}
NEEDED = {"/v1/users/": "?search=person"}
LISTS = [e.path + NEEDED.get(e.path, "") for e in READS if e.query and "{" not in e.path]


class World:
    """People, sessions and friends for a series of requests; made again after one has succeeded."""

    def __init__(self, person: Any, session: Any, api: Any) -> None:
        self.make_person, self.make_session, self.api = person, session, api
        self.asker: User = person()
        self.renew()

    def renew(self) -> None:
        self.creator: User = self.make_person(role="instructor")
        self.guest: User = self.make_person()
        fields = {"subject": "s", "level": "beginner"}
        self.sessions: list[Session] = [
            self.make_session(by=self.creator),
            self.make_session(by=self.creator, booking_mode=Mode.REQUEST, **fields),
        ]
        self.creators, self.guests = self.api(self.creator), self.api(self.guest)
        self.guests.post(f"/api/sessions/{self.sessions[1].pk}/join/")
        self.request: Friendship | None = None
        self.token: one_on_ones.Issued | None = None
        self.note: Material = self.sessions[1].materials.create(
            type="note", title="t", content="c", uploaded_by=self.creator
        )

    def client(self, operation: Operation) -> APIClient:
        guests = operation.path.rsplit("/", 2)[1] in {"join", "leave", "withdraw_request"}
        return self.guests if guests else self.creators

    def befriend(self) -> Friendship:
        """Make the creator and the guest friends; return a pending request of a third person."""
        if self.request is None:
            now = timezone.now()
            first = friendships.ask(by=self.guest, to=self.creator, now=now)
            friendships.accept(first, by=self.creator, now=now)
            self.request = friendships.ask(by=self.asker, to=self.creator, now=now)
        return self.request

    def start(self) -> one_on_ones.Issued:
        """Start a 1-on-1 session of the two friends; return a join token of the creator."""
        if self.token is None:
            self.befriend()
            now, by = timezone.now(), self.creator
            made = one_on_ones.create(by=by, participant_id=self.guest.pk, now=now)
            with override_settings(DEBUG=True):  # which allows a stand-in room
                one_on_ones.start(made, by=by, now=now)
            one_on_ones.mark_ready(made, by=self.guest, now=now)
            self.token = one_on_ones.issue(made, by=by, now=now)
        return self.token

    def address(self, operation: Operation) -> str:
        if operation.path.startswith("/v1/sessions/"):
            return operation.at(str(self.start().row.session_id))
        if operation.path.startswith("/v1/"):
            request = self.befriend()
            return operation.at(str((self.guest if "{user_id}" in operation.path else request).pk))
        session = str(self.sessions[1].pk)
        if "{token}" in operation.path:
            return operation.at(unsubscribe_links.sign(str(self.guest.pk)))
        if "/materials/" in operation.path:
            return operation.path.format(session_id=session, id=self.note.pk)
        return operation.at(session)

    def good(self, operation: Operation) -> dict[str, str]:
        """A valid value for each field, as JSON."""
        known = {
            "email": f"{self.guest.username}@example.org",
            "username": f"new-{self.guest.username}",
            "date": (self.sessions[0].date + timedelta(days=1)).strftime("%Y-%m-%dT%H:%M"),
            "user_id": (self.asker if operation.path.startswith("/v1/") else self.guest).pk,
            "participant_id": self.guest.pk,
            "timezone": "Europe/Berlin",
            "email_notifications": True,
            "old_password": "a-good-password-26",
            "role": "student",
            "level": "beginner",
            "booking_mode": "instant",
            "type": "note",
            "status": "approved",
        }
        if operation.path == "/v1/sessions/join-token/validate/":
            known["token"] = self.start().text
        return {
            name: json.dumps(known.get(name, field.get("minimum", "a-good-password-27")))
            for name, field in operation.fields.items()
        }

    def send(self, operation: Operation, body: str) -> Any:
        answer = self.client(operation).generic(
            operation.method.upper(),
            self.address(operation),
            body.encode(),
            content_type="application/json",
        )
        if answer.status_code < 400 and str(operation) not in LASTING:
            self.renew()
        return answer

    def check_lists(self) -> None:
        people = [self.creators, self.guests]
        for path in [*LISTS, f"/api/sessions/{self.sessions[0].pk}/participants/"]:
            assert [each.get(path).status_code for each in people] == [200, 200], path


def acceptable(answer: Any) -> bool:
    if answer.status_code < 400:
        return True
    refused(answer, answer.status_code)
    return bool(answer.status_code < 500)
