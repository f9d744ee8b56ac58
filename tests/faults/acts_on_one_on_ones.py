"""The acts on 1-on-1 sessions."""

from __future__ import annotations

import hashlib
import hmac
import json
import time
from datetime import timedelta
from typing import Any

from django.conf import settings

from accounts.models import User
from friendships.models import Message
from tests.faults.acts import Case, act, has, made, notified, rewrite, status_of
from tests.faults.site import Reply, call, friends, now, run
from zoom import services
from zoom.models import AuditEntry, JoinToken, OneOnOneSession


def started(one: User, other: User) -> OneOnOneSession:
    row = services.create(by=one, participant_id=other.pk, now=now())
    services.start(row, by=one, now=now())
    return row


def both_ready(row: OneOnOneSession) -> OneOnOneSession:
    for each in row.people:
        services.mark_ready(row, by=each, now=now())
    return row


def at(row: OneOnOneSession, action: str) -> str:
    return f"/v1/sessions/{row.pk}/{action}/"


def logged(row: OneOnOneSession, event: str) -> int:
    return AuditEntry.objects.filter(session=row, event_type=event).count()


@act()
def propose() -> Case:
    one, other = friends()
    return Case(
        lambda: call("POST", "/v1/sessions/create/", one, {"participant_id": other.pk}),
        lambda: made(OneOnOneSession.objects.filter(initiator=one)),
    )


@act("already_started", "start_in_progress")
def start() -> Case:
    one, other = friends()
    row = services.create(by=one, participant_id=other.pk, now=now())
    return Case(
        lambda: call("POST", at(row, "start"), one),
        lambda: (
            status_of(row) == "active"
            and has(Message.objects.filter(session=row))
            and notified("one_on_one_started", other)
        ),
    )


@act()
def ready() -> Case:
    one, other = friends()
    row = started(one, other)
    return Case(
        lambda: call("POST", at(row, "ready"), other),
        lambda: logged(row, "ready") == 1 and notified("one_on_one_ready", one),
    )


@act()
def get_join_token() -> Case:
    row = both_ready(started(*friends()))
    return Case(
        lambda: call("POST", at(row, "join-token"), row.initiator),
        lambda: made(JoinToken.objects.filter(session=row)),
    )


@act("join_token_used")
def use_join_token() -> Case:
    row = both_ready(started(*friends()))
    body = {"token": services.issue(row, by=row.initiator, now=now()).text}
    return Case(
        lambda: call("POST", "/v1/sessions/join-token/validate/", row.initiator, body),
        lambda: logged(row, "joined") == 1,
    )


@act("cannot_end")
def end() -> Case:
    row = started(*friends())
    return Case(
        lambda: call("POST", at(row, "end"), row.initiator),
        lambda: status_of(row) == "completed" and notified("one_on_one_ended", row.participant),
    )


@act("cannot_cancel")
def cancel() -> Case:
    row = started(*friends())
    return Case(
        lambda: call("POST", at(row, "cancel"), row.initiator),
        lambda: status_of(row) == "cancelled" and notified("one_on_one_cancelled", row.participant),
    )


def send_webhook(row: OneOnOneSession, name: str, moment: int, **who: str) -> Reply:
    meeting: dict[str, Any] = {"id": row.zoom_meeting_id, "uuid": f"u{row.pk}=="}
    if who:
        meeting["participant"] = who
    body = json.dumps({"event": name, "event_ts": moment, "payload": {"object": meeting}})
    stamp = str(int(time.time()))
    signed = hmac.new(
        settings.ZOOM_WEBHOOK_SECRET.encode(), f"v0:{stamp}:{body}".encode(), hashlib.sha256
    )
    headers = {"x-zm-request-timestamp": stamp, "x-zm-signature": f"v0={signed.hexdigest()}"}
    options = {"data": body, "content_type": "application/json", "headers": headers}
    return call("POST", "/v1/zoom/webhook/", **options)


@act()
def zoom_reports_a_participant() -> Case:
    row = started(*friends())
    row.refresh_from_db()
    who = {"participant_uuid": "p", "email": row.participant.email}
    return Case(
        lambda: send_webhook(row, "meeting.participant_joined", 5, **who),
        lambda: logged(row, "joined") == 1,
    )


@act()
def zoom_reports_the_end() -> Case:
    row = started(*friends())
    row.refresh_from_db()
    for number, each in enumerate(row.people):
        who = {"participant_uuid": str(number), "email": each.email}
        send_webhook(row, "meeting.participant_joined", number, **who)
    return Case(
        lambda: send_webhook(row, "meeting.ended", 9),
        lambda: status_of(row) == "completed" and notified("one_on_one_ended", *row.people),
    )


@act()
def cancel_overdue() -> Case:
    one, other = friends()
    row = services.create(by=one, participant_id=other.pk, now=now())
    rewrite(row, created_at=now() - timedelta(days=8))
    return Case(
        lambda: run("call_off_one_on_ones"),
        lambda: status_of(row) == "cancelled" and notified("one_on_one_cancelled", one, other),
    )


@act()
def complete_one_on_one() -> Case:
    row = started(*friends())
    rewrite(row, started_at=now() - timedelta(days=2))
    return Case(
        lambda: run("complete_one_on_ones"),
        lambda: status_of(row) == "completed" and notified("one_on_one_ended", *row.people),
    )
