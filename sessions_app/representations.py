"""Sessions, participants and booking requests as JSON: one row in, one dict out."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal, TypedDict

from accounts.models import User
from accounts.representations import UserObject, user_object
from materials.representations import MaterialObject, material_object
from materials.signed_urls import Link
from sessions_app.buttons import buttons
from sessions_app.models import BookingRequest, Participant
from sessions_app.rows import PlaceRow, RequestRow, SessionDetail, SessionRow
from sessions_app.states import Role, can_join, is_full

ActionName = Literal[
    "join",
    "leave",
    "withdraw_request",
    "approve_request",
    "reject_request",
    "approve",
    "start",
    "complete",
    "cancel",
    "update",
    "delete",
]
StatusName = Literal[
    "upcoming",
    "pending_approval",
    "approved",
    "scheduled",
    "ongoing",
    "completed",
    "cancelled",
    "expired",
]


class SessionListObject(TypedDict):
    """A session as lists show it: without its participants."""

    id: int
    title: str
    description: str
    subject: Annotated[str, "Empty if an `instant` session has none."]
    level: Literal["beginner", "intermediate", "advanced"]
    date: Annotated[datetime, "When it begins, in UTC."]
    duration: Annotated[int, "In minutes."]
    max_participants: int
    booking_mode: Literal["instant", "request"]
    creator: UserObject
    status: StatusName
    created_at: datetime
    updated_at: datetime
    participant_count: Annotated[int, "The creator is no participant and takes no spot."]
    is_full: bool
    available_spots: int
    can_join: Annotated[
        bool, "Is the session open for joining, in the future and not full? Whoever looks."
    ]
    viewer_role: Annotated[
        Literal["creator", "participant", "requested"] | None, "What the one who looks is to it."
    ]
    allowed_actions: Annotated[list[ActionName], "What the one who looks may do to it now."]


class ParticipantObject(TypedDict):
    """Somebody who is in a session."""

    id: int
    user: UserObject
    role: Annotated[Literal["student", "tutor"], "`tutor` for an instructor."]
    status: Literal["approved"]
    joined_at: datetime


class BookingRequestObject(TypedDict):
    """Somebody's wish to join a `request` session."""

    id: int
    user: UserObject
    message: str
    status: Literal["pending", "approved", "rejected"]
    requested_at: datetime


class SessionDetailObject(SessionListObject):
    """A session with all that belongs to it."""

    participants: list[ParticipantObject]
    materials: Annotated[
        list[MaterialObject], "For the creator, the participants and staff; else empty."
    ]
    booking_requests: Annotated[
        list[BookingRequestObject],
        "All of them for the creator and staff, pending first, at most 100; else one's own.",
    ]


class JoinedObject(TypedDict):
    """A place in an `instant` session, or a request for one in a `request` session."""

    id: Annotated[int, "The participant's id, or the booking request's."]
    user: UserObject
    message: Annotated[str, "A sentence of success, or the message of the request."]
    status: Literal["approved", "pending", "rejected"]
    requested_at: datetime
    session: SessionDetailObject


class SessionDoneObject(TypedDict):
    """What an action on a session answers."""

    message: str
    session: SessionDetailObject


def session_list_object(session: SessionRow, *, user: User, now: datetime) -> SessionListObject:
    viewer = session.viewer(user, now)
    return {
        "id": session.pk,
        "title": session.title,
        "description": session.description,
        "subject": session.subject,
        "level": session.level,  # type: ignore[typeddict-item]  # constraints keep the
        "date": session.date,
        "duration": session.duration,
        "max_participants": session.max_participants,
        "booking_mode": session.booking_mode,  # type: ignore[typeddict-item]  # choices
        "creator": user_object(session.creator),
        "status": session.status,  # type: ignore[typeddict-item]  # to those listed
        "created_at": session.created_at,
        "updated_at": session.updated_at,
        "participant_count": session.participant_count,
        "is_full": is_full(session),
        "available_spots": session.max_participants - session.participant_count,
        "can_join": can_join(session, now),
        "viewer_role": viewer_role(viewer.roles),
        "allowed_actions": buttons(session, viewer),  # type: ignore[typeddict-item]
    }


def viewer_role(roles: frozenset[Role]) -> Literal["creator", "participant", "requested"] | None:
    if Role.CREATOR in roles:
        return "creator"
    if Role.PARTICIPANT in roles:
        return "participant"
    return "requested" if Role.ASKER in roles else None


def session_detail_object(
    detail: SessionDetail, *, user: User, now: datetime, link: Link
) -> SessionDetailObject:
    """`link` makes whole addresses."""
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
        "status": request.status,  # type: ignore[typeddict-item]  # a constraint keeps it
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
