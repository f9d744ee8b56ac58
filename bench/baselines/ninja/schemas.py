from datetime import date, datetime

from django.utils import timezone
from ninja import FilterSchema, Schema

from bench.baselines.tables import reading


class UserOut(Schema):
    id: int
    username: str
    first_name: str
    last_name: str
    email: str
    role: str
    date_joined: datetime


class SessionOut(Schema):
    id: int
    title: str
    description: str
    subject: str
    level: str
    date: datetime
    duration: int
    max_participants: int
    booking_mode: str
    creator: UserOut
    status: str
    created_at: datetime
    updated_at: datetime
    participant_count: int
    is_full: bool
    available_spots: int
    can_join: bool
    viewer_role: str | None
    allowed_actions: list[str]

    @staticmethod
    def resolve_is_full(session):
        return reading.is_full(session)

    @staticmethod
    def resolve_available_spots(session):
        return session.max_participants - session.participant_count

    @staticmethod
    def resolve_can_join(session):
        return reading.can_join(session, timezone.now())

    @staticmethod
    def resolve_viewer_role(session, context):
        return reading.role(session, context["request"].auth)

    @staticmethod
    def resolve_allowed_actions(session, context):
        return reading.actions(session, context["request"].auth, timezone.now())


class ParticipantOut(Schema):
    id: int
    user: UserOut
    role: str
    status: str = "approved"
    joined_at: datetime

    @staticmethod
    def resolve_role(place):
        return "tutor" if place.user.role == "instructor" else "student"


class MaterialOut(Schema):
    id: int
    title: str
    type: str
    url: str
    file: str = ""
    file_name: str
    content: str
    uploaded_by: UserOut
    uploaded_at: datetime


class BookingRequestOut(Schema):
    id: int
    user: UserOut
    message: str
    status: str
    requested_at: datetime


class SessionDetailOut(SessionOut):
    participants: list[ParticipantOut]
    materials: list[MaterialOut]
    booking_requests: list[BookingRequestOut]

    @staticmethod
    def resolve_participants(session):
        return session.present

    @staticmethod
    def resolve_materials(session):
        return session.shown_materials

    @staticmethod
    def resolve_booking_requests(session):
        return session.shown_requests


class PageOut(Schema):
    count: int
    next: str | None
    previous: str | None
    results: list[SessionOut]


class MySessionsOut(PageOut):
    created: list[SessionDetailOut]
    joined: list[SessionDetailOut]


class JoinedOut(Schema):
    id: int
    user: UserOut
    message: str
    status: str
    requested_at: datetime
    session: SessionDetailOut


class NotificationOut(Schema):
    id: int
    user: int
    title: str
    message: str
    type: str
    session: int | None
    read: bool
    created_at: datetime

    @staticmethod
    def resolve_user(notification):
        return notification.user_id

    @staticmethod
    def resolve_session(notification):
        return notification.session_id


class MessageOut(Schema):
    id: int
    sender: int
    recipient: int
    text: str
    session: int | None
    read: bool
    created_at: datetime

    @staticmethod
    def resolve_sender(message):
        return message.sender_id

    @staticmethod
    def resolve_recipient(message):
        return message.recipient_id

    @staticmethod
    def resolve_session(message):
        return message.session_id


class SessionFilters(FilterSchema):
    status: str | None = None
    level: str | None = None
    subject: str | None = None
    date_from: datetime | date | None = None

    def filter_status(self, value):
        return reading.Q(status__in=value.split(",")) if value else reading.Q()

    def filter_subject(self, value):
        return reading.Q(subject__icontains=value) if value else reading.Q()

    def filter_date_from(self, value):
        return reading.Q(date__gte=value) if value else reading.Q()
