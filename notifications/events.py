"""All events that people are notified of (contract N2), as data. Callers fill the `{…}` of the
texts: `{title}` is the session's title, `{date}` the time at which it begins."""

from __future__ import annotations

from dataclasses import dataclass

from django.db.models import TextChoices


class Type(TextChoices):
    REMINDER = "reminder"
    BOOKING_REQUEST = "booking_request"
    SESSION_UPDATE = "session_update"
    GENERAL = "general"


@dataclass(frozen=True, slots=True)
class Event:
    """A stable code, the type that clients know, and the texts.

    Attributes:
        mail: the text of its mail; empty if it isn't mailed.
        replaces: the codes of events whose notifications about the same session it replaces if
            they are less than a minute old.
    """

    code: str
    type: Type
    title: str
    message: str
    mail: str = ""
    replaces: tuple[str, ...] = ()


REQUEST_MADE = Event(
    "request_made",
    Type.BOOKING_REQUEST,
    "New booking request for {title}",
    "{person} wants to join your session.",
)
REQUEST_APPROVED = Event(
    "request_approved",
    Type.SESSION_UPDATE,
    "Booking request approved for {title}",
    "Your request to join {title} has been approved.",
    mail="Your request to join {title}, which begins on {date}, has been approved.",
)
REQUEST_REJECTED = Event(
    "request_rejected",
    Type.SESSION_UPDATE,
    "Booking request rejected for {title}",
    "Your request to join {title} has been rejected.",
    mail="Your request to join {title}, which begins on {date}, has been rejected.",
)
REQUEST_CLOSED = Event(
    "request_closed",
    Type.SESSION_UPDATE,
    "Booking request rejected for {title}",
    "Your request to join {title} was not decided before the session was {status}.",
    mail="Your request to join {title}, planned for {date}, was not decided before the session "
    "was {status}.",
)
REMINDER = Event(
    "reminder",
    Type.REMINDER,
    "Reminder: {title}",
    "{title} begins on {date}.",
    mail="{title} begins on {date}.",
)
JOINED = Event(
    "joined", Type.SESSION_UPDATE, "New participant in {title}", "{person} joined your session."
)
LEFT = Event("left", Type.SESSION_UPDATE, "Participant left {title}", "{person} left your session.")
REMOVED = Event(
    "removed",
    Type.SESSION_UPDATE,
    "Removed from {title}",
    "The staff have removed you from {title}.",
    mail="The staff have removed you from {title}, which begins on {date}.",
)
APPROVED = Event(
    "approved",
    Type.SESSION_UPDATE,
    "Session approved: {title}",
    "{title} is open for requests.",
    mail="{title}, which begins on {date}, has been approved: it is open for requests.",
)
NOT_APPROVED = Event(
    "not_approved",
    Type.SESSION_UPDATE,
    "Session not approved: {title}",
    "The staff have not approved {title}: it is cancelled.{reason}",
    mail="The staff have not approved {title}, planned for {date}: it is cancelled.{reason}",
)
RESCHEDULED = Event(
    "rescheduled",
    Type.SESSION_UPDATE,
    "Session rescheduled: {title}",
    "{title} now begins on {date}.",
    replaces=("rescheduled",),
)
STARTED = Event("started", Type.SESSION_UPDATE, "Session started: {title}", "{title} has begun.")
COMPLETED = Event(
    "completed", Type.SESSION_UPDATE, "Session completed: {title}", "{title} has ended."
)
NEW_MATERIAL = Event(
    "new_material",
    Type.SESSION_UPDATE,
    "New material in {title}",
    "{person} has added {material}.",
)
CANCELLED = Event(
    "cancelled",
    Type.SESSION_UPDATE,
    "Session cancelled: {title}",
    "{title} has been cancelled.{reason}",
    mail="{title}, planned for {date}, has been cancelled.{reason}",
    replaces=("rescheduled",),
)
EXPIRED = Event(
    "expired", Type.SESSION_UPDATE, "Session expired: {title}", "{title} was never started."
)
DELETED = Event(
    "deleted",
    Type.SESSION_UPDATE,
    "Session deleted: {title}",
    "{title} has been deleted.",
    mail="{title}, planned for {date}, has been deleted.",
    replaces=("rescheduled",),
)
FRIEND_REQUEST = Event(
    "friend_request", Type.GENERAL, "New friend request", "{person} wants to be your friend."
)
FRIEND_ACCEPTED = Event(
    "friend_accepted",
    Type.GENERAL,
    "Friend request accepted",
    "{person} has accepted your friend request.",
)

# A 1-on-1 session has no title: it is identified by the other person's name.
ONE_ON_ONE_CREATED = Event(
    "one_on_one_created",
    Type.SESSION_UPDATE,
    "New session with {person}",
    "{person} has created a session with you.",
)
ONE_ON_ONE_STARTED = Event(
    "one_on_one_started",
    Type.SESSION_UPDATE,
    "Session with {person} started",
    "{person} has started your session: mark yourself ready to join it.",
)
ONE_ON_ONE_READY = Event(
    "one_on_one_ready",
    Type.SESSION_UPDATE,
    "Session with {person}: ready",
    "{person} is ready for your session.",
)
ONE_ON_ONE_CANCELLED = Event(
    "one_on_one_cancelled",
    Type.SESSION_UPDATE,
    "Session with {person} cancelled",
    "Your session with {person} has been cancelled.",
)
ONE_ON_ONE_ENDED = Event(
    "one_on_one_ended",
    Type.SESSION_UPDATE,
    "Session with {person} ended",
    "Your session with {person} has ended.",
)
