"""What people are told (contract N2): every event, as data. A sentence's `{…}` are filled by
whoever announces; `{title}` is the session's, `{date}` when it begins."""

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
        mail: what a mail says of it; empty if it isn't mailed.
    """

    code: str
    type: Type
    title: str
    message: str
    mail: str = ""


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
    "approved", Type.SESSION_UPDATE, "Session approved: {title}", "{title} is open for requests."
)
RESCHEDULED = Event(
    "rescheduled",
    Type.SESSION_UPDATE,
    "Session rescheduled: {title}",
    "{title} now begins on {date}.",
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
)
