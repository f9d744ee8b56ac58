"""Handling Zoom's events (contract O8): people join and leave, a meeting ends. Repeated events are
ignored."""

from __future__ import annotations

import hashlib
from datetime import datetime

from accounts.models import User
from core.lifecycle import refusal
from zoom.events import MEETING_ENDED, PARTICIPANT_JOINED, PARTICIPANT_LEFT, EventType
from zoom.models import OneOnOneSession, WebhookEvent
from zoom.services.locking import locked_session
from zoom.services.meetings import end_at_once
from zoom.services.notify import log
from zoom.services.sessions import finish
from zoom.states import ACTIONS, Role, Viewer
from zoom.webhooks import Event

MOVES = {PARTICIPANT_JOINED: EventType.JOINED, PARTICIPANT_LEFT: EventType.LEFT}


def take(event: Event, *, now: datetime) -> None:
    """Process an event of Zoom's. It is ignored if no session has its meeting."""
    session = OneOnOneSession.objects.meeting(event.meeting_id).first()
    if session is None or event.name not in {*MOVES, MEETING_ENDED}:
        return
    with locked_session(session.pk) as row:
        if not is_new(event, now):
            return
        if event.name in MOVES:
            log_move(row, event, now)
        complete_if_over(row, event, now)


def is_new(event: Event, now: datetime) -> bool:
    """Record the event. False if it was recorded before."""
    fields = {
        "name": event.name,
        "meeting_id": event.meeting_id,
        "meeting_uuid": event.meeting_uuid,
        "person": digest_of(identity(event)),
        "received_at": now,
    }
    _, made = WebhookEvent.objects.get_or_create(key=event.dedupe_key, defaults=fields)
    return made


def digest_of(identity: str) -> str:
    """Return a digest that distinguishes people without identifying them."""
    return hashlib.sha256(identity.encode()).hexdigest()


def identity(event: Event) -> str:
    """Return what stays the same when a person leaves and joins again. For guests it is "": Zoom
    gives them a new number each time, so all guests together count as one person."""
    return event.email.lower() or event.account


def log_move(row: OneOnOneSession, event: Event, now: datetime) -> None:
    by = member_with(event.email, row)
    log(row, MOVES[event.name], by=by, who="Somebody", now=now, source="zoom")


def member_with(email: str, row: OneOnOneSession) -> User | None:
    """Return the person of the session with this e-mail address, if any. A display name would
    prove nothing."""
    known = (each for each in row.people if each.email)
    return next((each for each in known if each.email.lower() == email.lower()), None)


def complete_if_over(row: OneOnOneSession, event: Event, now: datetime) -> None:
    """Complete the session if its meeting has ended and two people were in it. Events arrive in
    any order: the end may be reported before the second person's joining."""
    known = WebhookEvent.objects.of_one_time(event.meeting_id, event.meeting_uuid)
    if not known.has_ended():
        return
    viewer = Viewer(frozenset({Role.ZOOM}), now, two_were_in=known.two_joined())
    if refusal(ACTIONS["complete"], row, viewer) is None:
        finish(row, "complete", viewer=viewer, who="Zoom")
        end_at_once(row.zoom_meeting_id)
