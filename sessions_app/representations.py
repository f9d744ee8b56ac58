"""The JSON of sessions, participants and booking requests; each function turns a row into JSON."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal, TypedDict

from accounts.models import User
from accounts.representations import UserObject, user_object
from core.lifecycle import allowed, public_names
from materials.representations import MaterialObject, material_object
from materials.signed_urls import Link
from sessions_app.models import BookingRequest, Participant
from sessions_app.rows import PlaceRow, RequestRow, SessionDetail, SessionRow
from sessions_app.states import (
    ACTIONS,
    Level,
    Mode,
    RequestStatus,
    Role,
    Status,
    can_join,
    is_full,
)

ActionName = Annotated[str, public_names(ACTIONS)]
ViewerRole = Literal["creator", "participant", "requested"]


class SessionListObject(TypedDict):
    """A session in a list: without its participants, materials and requests."""

    id: int
    title: str
    description: str
    subject: Annotated[str, "Empty if an `instant` session has none."]
    level: Annotated[str, Level]
    date: Annotated[datetime, "The start, in UTC."]
    duration: Annotated[int, "In minutes."]
    max_participants: int
    booking_mode: Annotated[str, Mode]
    creator: UserObject
    status: Annotated[str, Status]
    created_at: datetime
    updated_at: datetime
    participant_count: Annotated[int, "The creator isn't a participant and takes no spot."]
    is_full: bool
    available_spots: int
    can_join: Annotated[
        bool, "Whether the session is open for joining, in the future and not full; for any viewer."
    ]
    viewer_role: Annotated[ViewerRole | None, "Your own role in the session."]
    allowed_actions: Annotated[list[ActionName], "The actions that you may perform on it now."]


class ParticipantObject(TypedDict):
    """A participant of a session."""

    id: int
    user: UserObject
    role: Annotated[Literal["student", "tutor"], "`tutor` for an instructor."]
    status: Literal["approved"]
    joined_at: datetime


class BookingRequestObject(TypedDict):
    """A user's request to join a `request` session."""

    id: int
    user: UserObject
    message: str
    status: Annotated[str, (RequestStatus.PENDING, RequestStatus.APPROVED, RequestStatus.REJECTED)]
    requested_at: datetime


class SessionDetailObject(SessionListObject):
    """A session with its participants, materials and requests."""

    participants: list[ParticipantObject]
    materials: Annotated[
        list[MaterialObject], "For the creator, the participants and staff; otherwise empty."
    ]
    booking_requests: Annotated[
        list[BookingRequestObject],
        "All for the creator and staff, otherwise only your own; pending first, at most 100.",
    ]


class JoinedObject(TypedDict):
    """A place in an `instant` session, or a request for one in a `request` session."""

    id: Annotated[int, "The participant's id, or the booking request's."]
    user: UserObject
    message: Annotated[str, "A confirmation, or the message of the request."]
    status: Annotated[str, (RequestStatus.APPROVED, RequestStatus.PENDING, RequestStatus.REJECTED)]
    requested_at: datetime
    session: SessionDetailObject


class SessionDoneObject(TypedDict):
    """The answer of an action on a session."""

    message: str
    session: SessionDetailObject


def session_list_object(session: SessionRow, *, user: User, now: datetime) -> SessionListObject:
    viewer = session.viewer(user, now)
    return {
        "id": session.pk,
        "title": session.title,
        "description": session.description,
        "subject": session.subject,
        "level": session.level,
        "date": session.date,
        "duration": session.duration,
        "max_participants": session.max_participants,
        "booking_mode": session.booking_mode,
        "creator": user_object(session.creator),
        "status": session.status,
        "created_at": session.created_at,
        "updated_at": session.updated_at,
        "participant_count": session.participant_count,
        "is_full": is_full(session),
        "available_spots": session.max_participants - session.participant_count,
        "can_join": can_join(session, now),
        "viewer_role": viewer_role(viewer.roles),
        "allowed_actions": allowed(ACTIONS, session, viewer),
    }


def viewer_role(roles: frozenset[Role]) -> ViewerRole | None:
    if Role.CREATOR in roles:
        return "creator"
    if Role.PARTICIPANT in roles:
        return "participant"
    return "requested" if Role.ASKER in roles else None


def session_detail_object(
    detail: SessionDetail, *, user: User, now: datetime, link: Link
) -> SessionDetailObject:
    """Return the detail object; `link` makes absolute URLs."""
    return {
        **session_list_object(detail.session, user=user, now=now),
        "participants": [participant_object(place) for place in detail.participants],
        "materials": [material_object(each, now=now, link=link) for each in detail.materials],
        "booking_requests": [booking_request_object(each) for each in detail.requests],
    }


def participant_object(place: Participant | PlaceRow) -> ParticipantObject:
    return {
        "id": place.pk,
        "user": user_object(place.user),
        "role": "tutor" if place.user.role == "instructor" else "student",
        "status": "approved",
        "joined_at": place.joined_at,
    }


def booking_request_object(request: BookingRequest | RequestRow) -> BookingRequestObject:
    return {
        "id": request.pk,
        "user": user_object(request.user),
        "message": request.message,
        "status": request.status,
        "requested_at": request.requested_at,
    }


def joined_object(
    place: Participant | BookingRequest, session: SessionDetailObject
) -> JoinedObject:
    if isinstance(place, BookingRequest):
        return {**booking_request_object(place), "session": session}
    return {
        "id": place.pk,
        "user": user_object(place.user),
        "message": "Successfully joined the session",
        "status": "approved",
        "requested_at": place.joined_at,
        "session": session,
    }
