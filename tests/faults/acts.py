"""What an act is, to a fault; and the acts on group sessions."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from io import BytesIO
from typing import Any

from django.db import models

from accounts.models import User
from materials.models import Material, StrayFile
from notifications.models import Notification
from sessions_app import services
from sessions_app.models import BookingRequest, Participant, Session
from tests.faults.site import PDF, Reply, approved, call, joined, now, person, publish, run, seen


@dataclass(frozen=True)
class Case:
    """One act, ready to be done.

    Attributes:
        send: does it; a client that got no answer does it again.
        done: is it done, once and whole?
    """

    send: Callable[[], Reply]
    done: Callable[[], bool]


@dataclass(frozen=True)
class Act:
    """How to prepare one, always with rows of its own.

    Attributes:
        again: the codes that may tell a client who repeats it that it is done already.
    """

    prepare: Callable[[], Case]
    again: frozenset[str]


ACTS: dict[str, Act] = {}


def act(*again: str) -> Callable[[Callable[[], Case]], Callable[[], Case]]:
    """Put an act into the table, under its function's name."""

    def enter(prepare: Callable[[], Case]) -> Callable[[], Case]:
        ACTS[prepare.__name__] = Act(prepare, frozenset(again))
        return prepare

    return enter


def told(event: str, *people: User) -> bool:
    """Has each of them heard of it once?"""
    return all(Notification.objects.filter(user=each, event=event).count() == 1 for each in people)


def status_of(row: models.Model) -> Any:
    return type(row)._default_manager.values_list("status", flat=True).get(pk=row.pk)


def has(rows: Any, number: int = 1) -> bool:
    return bool(rows.count() == number)


def made(rows: Any) -> bool:
    """At least one, and no more than were asked for: of what may be made any number of times, who
    repeats it has another. Only an idempotency key could tell."""
    return bool(1 <= rows.count() <= 3)


def path(session: Session, action: str = "") -> str:
    return f"/api/sessions/{session.pk}/{action}/" if action else f"/api/sessions/{session.pk}/"


@act()
def create_session() -> Case:
    by = person(role="instructor")
    body = {"title": "T", "description": "d" * 9000, "max_participants": 4}
    body |= {"date": (now() + timedelta(days=2)).isoformat()}
    return Case(
        lambda: call("POST", "/api/sessions/", by, body),
        lambda: made(Session.objects.filter(creator=by)),
    )


@act()
def update_session() -> Case:
    inside = person(email_notifications=True)
    row = joined(publish(), inside)
    date = now() + timedelta(days=5)
    return Case(
        lambda: call("PATCH", path(row), row.creator, {"date": date.isoformat(), "title": "B"}),
        lambda: (
            has(Session.objects.filter(pk=row.pk, date=date, title="B", reminder_round=1))
            and told("rescheduled", inside)
        ),
    )


@act("wrong_state")
def cancel_session() -> Case:
    inside, asking = person(email_notifications=True), person()
    row = joined(approved(publish("request"), inside), asking)
    return Case(
        lambda: call("POST", path(row, "cancel"), row.creator, {"reason": "ill"}),
        lambda: (
            status_of(row) == "cancelled"
            and told("cancelled", inside, asking)
            and not BookingRequest.objects.filter(session=row, status="pending").exists()
        ),
    )


@act("not_found")
def delete_session() -> Case:
    inside = person()
    row = joined(publish(), inside)
    material = uploaded(row)
    return Case(
        lambda: call("DELETE", path(row), row.creator),
        lambda: (
            has(Session.objects.filter(pk=row.pk), 0)
            and told("deleted", inside)
            and has(StrayFile.objects.filter(name=material.stored_name))
        ),
    )


@act("already_joined")
def join() -> Case:
    row, by = publish(), person()
    return Case(
        lambda: call("POST", path(row, "join"), by),
        lambda: (
            has(Participant.objects.filter(session=row, user=by)) and told("joined", row.creator)
        ),
    )


@act("already_requested")
def book() -> Case:
    row, by = publish("request"), person()
    return Case(
        lambda: call("POST", path(row, "join"), by, {"message": "May I?"}),
        lambda: (
            has(BookingRequest.objects.filter(session=row, user=by, status="pending"))
            and told("request_made", row.creator)
        ),
    )


@act("not_joined")
def leave() -> Case:
    by = person()
    row = joined(publish(), by)
    return Case(
        lambda: call("POST", path(row, "leave"), by),
        lambda: (
            has(Participant.objects.filter(session=row, left_at__isnull=False))
            and told("left", row.creator)
        ),
    )


@act("no_pending_request")
def withdraw_request() -> Case:
    by = person()
    row = joined(publish("request"), by)
    return Case(
        lambda: call("POST", path(row, "withdraw_request"), by),
        lambda: has(BookingRequest.objects.filter(session=row, status="withdrawn")),
    )


@act("no_pending_request")
def approve_request() -> Case:
    by = person(email_notifications=True)
    row = joined(publish("request"), by)
    return Case(
        lambda: call("POST", path(row, "approve_request"), row.creator, {"user_id": by.pk}),
        lambda: (
            status_of(row) == "scheduled"
            and has(Participant.objects.filter(session=row, user=by))
            and told("request_approved", by)
        ),
    )


@act("no_pending_request")
def reject_request() -> Case:
    by = person(email_notifications=True)
    row = joined(publish("request"), by)
    return Case(
        lambda: call("POST", path(row, "reject_request"), row.creator, {"user_id": by.pk}),
        lambda: (
            has(BookingRequest.objects.filter(session=row, status="rejected"))
            and told("request_rejected", by)
        ),
    )


@act("wrong_state")
def approve_session() -> Case:
    row = publish("request")
    return Case(
        lambda: call("POST", path(row, "approve"), row.creator),
        lambda: status_of(row) == "approved",
    )


@act("wrong_state")
def start_session() -> Case:
    inside, asking = person(), person(email_notifications=True)
    row = joined(approved(publish("request"), inside), asking)
    return Case(
        lambda: call("POST", path(row, "start"), row.creator),
        lambda: (
            status_of(row) == "ongoing"
            and told("started", inside)
            and told("request_closed", asking)
        ),
    )


@act("wrong_state")
def complete_session() -> Case:
    inside = person()
    row = joined(publish(), inside)
    services.start(seen(row, row.creator), by=row.creator, now=now())
    return Case(
        lambda: call("POST", path(row, "complete"), row.creator),
        lambda: status_of(row) == "completed" and told("completed", inside),
    )


# ── Materials ────────────────────────────────────────────────────────────────────────────────


def uploaded(row: Session) -> Material:
    reply = upload_to(row)
    return Material.objects.get(pk=reply.document["id"])


def upload_to(row: Session, number: int | str = "", content: bytes = PDF) -> Reply:
    """Send a file: a new material's, or in place of one's."""
    data = {"file": (BytesIO(content), "notes.pdf")}
    at = path(row, f"materials/{number}" if number else "materials")
    if number:
        return call("PATCH", at, row.creator, data=data)
    return call("POST", at, row.creator, data=data | {"title": "Notes", "type": "file"})


@act()
def upload() -> Case:
    inside = person()
    row = joined(publish(), inside)
    return Case(lambda: upload_to(row), lambda: made(Material.objects.filter(session=row)))


@act()
def add_note() -> Case:
    row = joined(publish(), person())
    body = {"title": "N", "type": "note", "content": "x" * 9000}
    return Case(
        lambda: call("POST", path(row, "materials"), row.creator, body),
        lambda: made(Material.objects.filter(session=row)),
    )


@act()
def replace_file() -> Case:
    row = publish()
    material = uploaded(row)
    return Case(
        lambda: upload_to(row, material.pk),
        lambda: (
            Material.objects.get(pk=material.pk).stored_name != material.stored_name
            and has(Material.objects.filter(session=row))
        ),
    )


@act("not_found")
def delete_material() -> Case:
    row = publish()
    material = uploaded(row)
    return Case(
        lambda: call("DELETE", path(row, f"materials/{material.pk}"), row.creator),
        lambda: has(Material.objects.filter(session=row), 0),
    )


# ── The clock's jobs. Whoever died in one had claimed rows for five minutes ──────────────────
LATER = timedelta(minutes=10)


def rewrite(row: models.Model, **columns: Any) -> None:
    """Write columns past the services."""
    models.QuerySet.update(type(row)._default_manager.filter(pk=row.pk), **columns)


@act()
def remind() -> Case:
    inside = person(email_notifications=True)
    row = joined(publish(date=now() + timedelta(minutes=50)), inside)
    return Case(
        lambda: run("send_reminders"),
        lambda: told("reminder", inside, row.creator) and has(inside.mails.all()),
    )


@act()
def expire_sessions() -> Case:
    inside, asking = person(), person()
    row = joined(approved(publish("request"), inside), asking)
    rewrite(row, date=now() - timedelta(hours=3), ends_at=now() - timedelta(hours=2))
    return Case(
        lambda: run("expire_sessions"),
        lambda: (
            status_of(row) == "expired"
            and told("expired", inside)
            and told("request_closed", asking)
        ),
    )


@act()
def complete_overdue() -> Case:
    inside = person()
    row = joined(publish(), inside)
    services.start(seen(row, row.creator), by=row.creator, now=now())
    rewrite(row, ends_at=now() - timedelta(hours=3))
    return Case(
        lambda: run("complete_sessions"),
        lambda: status_of(row) == "completed" and told("completed", inside),
    )


@act()
def remove_stray_files() -> Case:
    row = publish()
    material = uploaded(row)
    services.delete(seen(row, row.creator), by=row.creator, now=now() - LATER)
    return Case(
        lambda: run("remove_stray_files", LATER),
        lambda: True if has(StrayFile.objects.filter(name=material.stored_name), 0) else late(),
    )


def late() -> bool:
    """Who died has left its claim: the job of some minutes later must have taken it up."""
    return run("remove_stray_files", 2 * LATER).fine and has(
        StrayFile.objects.filter(next_try_at__lt=now() + LATER), 0
    )


@act()
def send_mails() -> Case:
    inside = person(email_notifications=True)
    row = joined(publish(), inside)
    services.cancel(seen(row, row.creator), by=row.creator, now=now())
    return Case(
        lambda: run("send_mails"),
        lambda: run("send_mails", LATER).fine and has(inside.mails.filter(sent_at__isnull=False)),
    )
