from datetime import datetime

from sqlalchemy import DateTime, ForeignKey, Identity
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column, relationship


class Base(DeclarativeBase):
    type_annotation_map = {datetime: DateTime(timezone=True)}


class User(Base):
    __tablename__ = "accounts_user"

    id: Mapped[int] = mapped_column(primary_key=True)
    username: Mapped[str]
    first_name: Mapped[str]
    last_name: Mapped[str]
    email: Mapped[str]
    role: Mapped[str]
    is_active: Mapped[bool]
    is_staff: Mapped[bool]
    date_joined: Mapped[datetime]


class Session(Base):
    __tablename__ = "sessions_app_session"

    id: Mapped[int] = mapped_column(primary_key=True)
    title: Mapped[str]
    description: Mapped[str]
    subject: Mapped[str]
    level: Mapped[str]
    date: Mapped[datetime]
    duration: Mapped[int]
    max_participants: Mapped[int]
    booking_mode: Mapped[str]
    status: Mapped[str]
    created_at: Mapped[datetime]
    updated_at: Mapped[datetime]
    creator_id: Mapped[int] = mapped_column(ForeignKey(User.id))

    creator: Mapped[User] = relationship()


class Participant(Base):
    __tablename__ = "sessions_app_participant"

    id: Mapped[int] = mapped_column(Identity(), primary_key=True)
    session_id: Mapped[int] = mapped_column(ForeignKey(Session.id))
    user_id: Mapped[int] = mapped_column(ForeignKey(User.id))
    joined_at: Mapped[datetime]
    left_at: Mapped[datetime | None]

    user: Mapped[User] = relationship()


class BookingRequest(Base):
    __tablename__ = "sessions_app_bookingrequest"

    id: Mapped[int] = mapped_column(primary_key=True)
    session_id: Mapped[int] = mapped_column(ForeignKey(Session.id))
    user_id: Mapped[int] = mapped_column(ForeignKey(User.id))
    message: Mapped[str]
    status: Mapped[str]
    attempt: Mapped[int]
    requested_at: Mapped[datetime]

    user: Mapped[User] = relationship()


class Material(Base):
    __tablename__ = "materials_material"

    id: Mapped[int] = mapped_column(primary_key=True)
    session_id: Mapped[int] = mapped_column(ForeignKey(Session.id))
    uploaded_by_id: Mapped[int] = mapped_column(ForeignKey(User.id))
    type: Mapped[str]
    title: Mapped[str]
    url: Mapped[str]
    content: Mapped[str]
    file_name: Mapped[str]
    uploaded_at: Mapped[datetime]

    uploaded_by: Mapped[User] = relationship()


class Notification(Base):
    __tablename__ = "notifications_notification"

    id: Mapped[int] = mapped_column(Identity(), primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey(User.id))
    session_id: Mapped[int | None] = mapped_column(ForeignKey(Session.id))
    title: Mapped[str]
    message: Mapped[str]
    type: Mapped[str]
    event: Mapped[str]
    read: Mapped[bool]
    created_at: Mapped[datetime]


class Friendship(Base):
    __tablename__ = "friendships_friendship"

    id: Mapped[int] = mapped_column(primary_key=True)
    from_user_id: Mapped[int] = mapped_column(ForeignKey(User.id))
    to_user_id: Mapped[int] = mapped_column(ForeignKey(User.id))
    since: Mapped[datetime | None]


class Message(Base):
    __tablename__ = "friendships_message"

    id: Mapped[int] = mapped_column(primary_key=True)
    sender_id: Mapped[int] = mapped_column(ForeignKey(User.id))
    recipient_id: Mapped[int] = mapped_column(ForeignKey(User.id))
    session_id: Mapped[int | None]
    text: Mapped[str]
    read: Mapped[bool]
    created_at: Mapped[datetime]
