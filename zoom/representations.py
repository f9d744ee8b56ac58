"""1-on-1 sessions, join tokens and log entries as JSON: one row in, one dict out."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, TypedDict

from django.conf import settings

from accounts.models import User
from accounts.representations import UserObject
from core.lifecycle import allowed, public_names
from friendships.representations import person_object
from zoom.events import EventType
from zoom.models import AuditEntry, JoinToken, OneOnOneSession
from zoom.states import ACTIONS, Status

ActionName = Annotated[str, public_names(ACTIONS)]


class OneOnOneObject(TypedDict):
    """A session of two friends."""

    id: int
    initiator: Annotated[UserObject, "`email` is empty unless it is you or a friend of yours."]
    participant: Annotated[UserObject, "`email` as above."]
    status: Annotated[str, Status]
    started_by: Annotated[
        UserObject | None, "The person who started the session; null before. `email` as above."
    ]
    zoom_meeting_id: Annotated[str, "Empty until the session is started."]
    zoom_meeting_url: Annotated[
        str,
        "Empty until the session is started. Some sites show it only in the answer to a join "
        "token.",
    ]
    zoom_meeting_password: Annotated[str, "As `zoom_meeting_url`."]
    initiator_ready: bool
    participant_ready: bool
    can_join: Annotated[bool, "Whether the viewer can get a join token now."]
    allowed_actions: Annotated[list[ActionName], "What the viewer may do with the session now."]
    created_at: datetime
    started_at: datetime | None
    ended_at: datetime | None
    updated_at: datetime


class JoinTokenObject(TypedDict):
    """A join token. It is shown only once."""

    token: str
    expires_at: datetime
    session_id: int


class MeetingObject(TypedDict):
    """The meeting's address and passcode, returned for a join token."""

    session: OneOnOneObject
    zoom_meeting_id: str
    zoom_meeting_url: str
    zoom_meeting_password: str


class AuditEntryObject(TypedDict):
    """An event in a session's log."""

    id: int
    session: Annotated[int, "The session's id."]
    event_type: Annotated[str, EventType]
    user: Annotated[
        UserObject | None,
        "Who did it; null for scheduled jobs, Zoom and unknown people. `email` is empty unless it "
        "is you or a friend of yours.",
    ]
    message: str
    metadata: dict[str, str]
    created_at: datetime


class ReceivedObject(TypedDict, total=False):
    """The answer to Zoom. Empty, except when Zoom validates the address."""

    plainToken: str  # Zoom's names
    encryptedToken: str


def one_on_one_object(session: OneOnOneSession, *, user: User, now: datetime) -> OneOnOneObject:
    actions = allowed(ACTIONS, session, session.viewer(user, now))
    gated = settings.ZOOM_GATED
    return {
        "id": session.pk,
        "initiator": seen_object(session.initiator, session, user),
        "participant": seen_object(session.participant, session, user),
        "status": session.status,
        "started_by": starter_object(session, user),
        "zoom_meeting_id": session.zoom_meeting_id,
        "zoom_meeting_url": "" if gated else session.zoom_meeting_url,
        "zoom_meeting_password": "" if gated else session.zoom_meeting_password,
        "initiator_ready": session.initiator_ready,
        "participant_ready": session.participant_ready,
        "can_join": "join_token" in actions,
        "allowed_actions": actions,
        "created_at": session.created_at,
        "started_at": session.started_at,
        "ended_at": session.ended_at,
        "updated_at": session.updated_at,
    }


def seen_object(person: User, session: OneOnOneSession, viewer: User) -> UserObject:
    """Return a person of this session as the viewer sees them: with the other person's e-mail
    address only while they are friends (contract F4)."""
    friend = session.are_friends and person in session.people
    return person_object(person, known=friend or person == viewer)


def starter_object(session: OneOnOneSession, viewer: User) -> UserObject | None:
    """Return the person who started the session, without a query: both are read with the row."""
    return next(
        (
            seen_object(each, session, viewer)
            for each in session.people
            if each.pk == session.started_by_id
        ),
        None,
    )


def join_token_object(text: str, token: JoinToken) -> JoinTokenObject:
    return {"token": text, "expires_at": token.expires_at, "session_id": token.session_id}


def meeting_object(session: OneOnOneSession, *, user: User, now: datetime) -> MeetingObject:
    return {
        "session": one_on_one_object(session, user=user, now=now),
        "zoom_meeting_id": session.zoom_meeting_id,
        "zoom_meeting_url": session.zoom_meeting_url,
        "zoom_meeting_password": session.zoom_meeting_password,
    }


def audit_entry_object(
    entry: AuditEntry, *, session: OneOnOneSession, user: User
) -> AuditEntryObject:
    return {
        "id": entry.pk,
        "session": entry.session_id,
        "event_type": entry.event_type,
        "user": seen_object(entry.user, session, user) if entry.user else None,
        "message": entry.message,
        "metadata": entry.metadata,
        "created_at": entry.created_at,
    }
