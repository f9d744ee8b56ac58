"""Making, withdrawing and deciding booking requests (contract S8). Each act locks the session's
row, so that acts on one session happen one after the other."""

from __future__ import annotations

from datetime import datetime

from django.db.models import F

from accounts.models import User
from core.db.compiled_writes import insert
from core.errors import APIError
from core.lifecycle import check
from core.observability import metrics
from notifications.events import REQUEST_APPROVED, REQUEST_MADE, REQUEST_REJECTED
from sessions_app.models import BookingRequest, Participant, Session
from sessions_app.refusals import NO_PENDING_REQUEST
from sessions_app.services.locking import locked_session
from sessions_app.services.notify import notify_people
from sessions_app.services.sessions import move_approve
from sessions_app.states import ACTIONS, Status, Viewer


@metrics.count_action("request")
def ask(session: Session, *, by: User, now: datetime, message: str = "") -> BookingRequest:
    """Make a booking request.

    Raises:
        APIError: 400 if the table of actions refuses it.
    """
    with locked_session(session, by) as row:
        check(ACTIONS["join"], row, row.viewer(by, now))
        attempt = row.booking_requests.filter(user=by).count() + 1
        notify_people(REQUEST_MADE, row, [row.creator_id], now, person=by)
        return BookingRequest.objects.create(
            session=row, user=by, message=message, attempt=attempt, requested_at=now
        )


@metrics.count_action("withdraw_request")
def withdraw_request(session: Session, *, by: User, now: datetime) -> None:
    """Withdraw the user's own pending request.

    Raises:
        APIError: 404 if there is none.
    """
    with locked_session(session, by) as row:
        viewer = row.viewer(by, now)
        check(ACTIONS["withdraw_request"], row, viewer)
        decide(pending_request(row, by.pk), "withdraw", by=by, viewer=viewer)


@metrics.count_action("approve_request")
def approve_request(session: Session, *, user_id: int, by: User, now: datetime) -> BookingRequest:
    """Make the asker a participant, which also approves and schedules the session.

    Raises:
        APIError: 404 if there is no such pending request; 400 if the session is full or no
            longer open.
    """
    with locked_session(session, by) as row:
        viewer = row.viewer(by, now)
        check(ACTIONS["reject_request"], row, viewer)  # can requests be decided at all?
        request = pending_request(row, user_id)
        check(ACTIONS["approve_request"], row, viewer)  # is the session approved and not full?
        decide(request, "approve", by=by, viewer=viewer)
        insert([Participant(session=row, user_id=user_id, joined_at=now)])
        counted = {"participant_count": F("participant_count") + 1, "version": F("version") + 1}
        Session.objects.filter(pk=row.pk).update(**counted)
        notify_people(REQUEST_APPROVED, row, [user_id], now)
        if row.status == Status.PENDING_APPROVAL:
            move_approve(row, viewer, now)
        if row.status == Status.APPROVED:
            row.transition("schedule", by=viewer, now=now)
    return request


@metrics.count_action("reject_request")
def reject_request(session: Session, *, user_id: int, by: User, now: datetime) -> BookingRequest:
    """Reject the asker's request.

    Raises:
        APIError: 404 if there is no such pending request; 400 if the session is no longer open.
    """
    with locked_session(session, by) as row:
        viewer = row.viewer(by, now)
        check(ACTIONS["reject_request"], row, viewer)
        request = pending_request(row, user_id)
        notify_people(REQUEST_REJECTED, row, [user_id], now)
        decide(request, "reject", by=by, viewer=viewer)
    return request


def pending_request(row: Session, user_id: int) -> BookingRequest:
    pending = row.booking_requests.pending().select_related("user")
    request: BookingRequest | None = pending.filter(user=user_id).first()
    if request is None:
        raise APIError(NO_PENDING_REQUEST)
    return request


def decide(request: BookingRequest, name: str, *, by: User, viewer: Viewer) -> None:
    """Settle a pending request, and note who did it.

    Raises:
        APIError: 404 if it is not pending any more.
    """
    request.transition(name, by=viewer, now=viewer.now, decided_by=by, decided_at=viewer.now)
