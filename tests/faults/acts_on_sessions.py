"""The acts on group sessions."""

from __future__ import annotations

from datetime import timedelta

from materials.models import OrphanedFile
from sessions_app import services
from sessions_app.models import BookingRequest, Participant, Session
from tests.faults.acts import Case, act, has, made, notified, path, status_of, uploaded
from tests.faults.site import approved, call, joined, now, person, publish, seen


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
            and notified("rescheduled", inside)
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
            and notified("cancelled", inside, asking)
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
            and notified("deleted", inside)
            and has(OrphanedFile.objects.filter(name=material.stored_name))
        ),
    )


@act("already_joined")
def join() -> Case:
    row, by = publish(), person()
    return Case(
        lambda: call("POST", path(row, "join"), by),
        lambda: (
            has(Participant.objects.filter(session=row, user=by))
            and notified("joined", row.creator)
        ),
    )


@act("already_requested")
def book() -> Case:
    row, by = publish("request"), person()
    return Case(
        lambda: call("POST", path(row, "join"), by, {"message": "May I?"}),
        lambda: (
            has(BookingRequest.objects.filter(session=row, user=by, status="pending"))
            and notified("request_made", row.creator)
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
            and notified("left", row.creator)
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
            and notified("request_approved", by)
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
            and notified("request_rejected", by)
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
            and notified("started", inside)
            and notified("request_closed", asking)
        ),
    )


@act("wrong_state")
def complete_session() -> Case:
    inside = person()
    row = joined(publish(), inside)
    services.start(seen(row, row.creator), by=row.creator, now=now())
    return Case(
        lambda: call("POST", path(row, "complete"), row.creator),
        lambda: status_of(row) == "completed" and notified("completed", inside),
    )
