from datetime import datetime

from pydantic import BaseModel, ConfigDict, Field


class Out(BaseModel):
    model_config = ConfigDict(from_attributes=True)


class UserOut(Out):
    id: int
    username: str
    first_name: str
    last_name: str
    email: str
    role: str
    date_joined: datetime


class SessionOut(Out):
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


class ParticipantOut(Out):
    id: int
    user: UserOut
    role: str
    status: str = "approved"
    joined_at: datetime


class MaterialOut(Out):
    id: int
    title: str
    type: str
    url: str
    file: str = ""
    file_name: str
    content: str
    uploaded_by: UserOut
    uploaded_at: datetime


class BookingRequestOut(Out):
    id: int
    user: UserOut
    message: str
    status: str
    requested_at: datetime


class SessionDetailOut(SessionOut):
    participants: list[ParticipantOut]
    materials: list[MaterialOut]
    booking_requests: list[BookingRequestOut]


class PageOut(Out):
    count: int
    next: str | None
    previous: str | None
    results: list[SessionOut]


class MySessionsOut(PageOut):
    created: list[SessionDetailOut]
    joined: list[SessionDetailOut]


class JoinedOut(Out):
    id: int
    user: UserOut
    message: str
    status: str
    requested_at: datetime
    session: SessionDetailOut


class NotificationOut(Out):
    id: int
    user: int = Field(validation_alias="user_id")
    title: str
    message: str
    type: str
    session: int | None = Field(validation_alias="session_id")
    read: bool
    created_at: datetime


class MessageOut(Out):
    id: int
    sender: int = Field(validation_alias="sender_id")
    recipient: int = Field(validation_alias="recipient_id")
    text: str
    session: int | None = Field(validation_alias="session_id")
    read: bool
    created_at: datetime
