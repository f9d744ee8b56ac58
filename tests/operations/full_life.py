"""A person who has used every feature, and the people around them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.contrib.admin.models import CHANGE, LogEntry
from django.contrib.contenttypes.models import ContentType
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from accounts import services as accounts
from accounts import tokens
from accounts.models import Role, User
from friendships import services as friendships
from notifications.models import Notification
from sessions_app import services
from sessions_app.models import Session
from sessions_app.states import Mode
from zoom import services as zoom
from zoom.models import OneOnOneSession, WebhookEvent
from zoom.services.webhooks import digest_of

PASSWORD = "a-good-password-26"
# Texts that appear only in the data of this person.
SECRETS = (
    *("zquill", "zebedee.q@mail.example", "Zebedee", "Quillfeather", "Earlierson"),
    *("please let me in", "see you on thursday", "my private note", "my-link.example"),
    *("Homework of mine", "my-homework.txt", "my offer that nobody took"),
)


@dataclass(frozen=True)
class Life:
    """The person, their friend, a superuser, and the sessions."""

    person: User
    friend: User
    staff: User
    offered: Session
    past: Session
    attended: Session
    requested: Session
    one_on_one: OneOnOneSession


def publish(by: User, now: datetime, **fields) -> Session:
    values = {
        "booking_mode": Mode.REQUEST,
        "title": "Algebra",
        "description": "From the beginning",
        "subject": "Maths",
        "date": now + timedelta(days=2),
        "max_participants": 5,
    }
    return services.create(by=by, now=now, **values | fields)


def seen(session: Session, by: User) -> Session:
    return Session.objects.seen_by(by).get(pk=session.pk)


def make_life(now: datetime) -> Life:
    """Make everything with the services, except what the admin and Zoom write."""
    zed = User.objects.create_user(
        "zquill", "zebedee.q@mail.example", PASSWORD, first_name="Zebedee", last_name="Earlierson",
        role=Role.INSTRUCTOR, timezone="Europe/Paris", email_notifications=True, is_staff=True,
        email_confirmed=True,
    )  # fmt: skip
    friend = User.objects.create_user(
        "ben",
        "ben@example.com",
        PASSWORD,
        first_name="Ben",
        email_notifications=True,
        email_confirmed=True,
    )
    blocked = User.objects.create_user("cyd", "cyd@example.com", PASSWORD)
    staff = User.objects.create_superuser("root", "root@example.com", PASSWORD)

    attended = publish(friend, now, title="Geometry", booking_mode=Mode.REQUEST)
    services.join(seen(attended, zed), by=zed, now=now, message="please let me in")
    # Notifications until now have the old name.
    accounts.update_profile(
        by=zed, now=now, last_name="Quillfeather", email="zq@new.example", password=PASSWORD
    )
    services.approve_request(seen(attended, friend), user_id=zed.pk, by=friend, now=now)
    requested = publish(friend, now, title="Trigonometry")
    services.join(seen(requested, zed), by=zed, now=now, message="please let me in")
    offered = publish(zed, now, booking_mode=Mode.INSTANT, title="Piano with Zebedee Quillfeather")
    services.join(seen(offered, friend), by=friend, now=now)
    publish(zed, now, title="my offer that nobody took")
    decided = publish(zed, now, title="Counterpoint")
    services.join(seen(decided, friend), by=friend, now=now, message="May I?")
    services.approve_request(seen(decided, zed), user_id=friend.pk, by=zed, now=now)
    past = publish(zed, now - timedelta(days=9), booking_mode=Mode.INSTANT, title="Harmony")
    services.join(seen(past, friend), by=friend, now=now - timedelta(days=8))
    services.start(seen(past, zed), by=zed, now=now - timedelta(days=7))
    services.complete(seen(past, zed), by=zed, now=now - timedelta(days=7))
    share(attended, past, zed, now)

    one_on_one = befriend(zed, friend, now)
    friendships.block(by=zed, other=blocked, now=now)
    make_traces(zed, staff, now)
    return Life(zed, friend, staff, offered, past, attended, requested, one_on_one)


def share(attended: Session, past: Session, zed: User, now: datetime) -> None:
    add = {"by": zed, "now": now}
    homework = SimpleUploadedFile("my-homework.txt", b"my private note")
    services.add_material(
        seen(attended, zed), **add, file=homework, type="file", title="Homework of mine",
        file_name="my-homework.txt",
    )  # fmt: skip
    note = {"type": "note", "title": "Homework of mine", "content": "my private note"}
    services.add_material(seen(attended, zed), **add, **note)
    link = {"type": "link", "title": "Homework of mine", "url": "https://my-link.example/"}
    services.add_material(seen(past, zed), **add, **link)


def befriend(zed: User, friend: User, now: datetime) -> OneOnOneSession:
    request = friendships.ask(by=friend, to=zed, now=now)
    friendships.accept(request, by=zed, now=now)
    friendships.write(by=zed, to=friend, text="see you on thursday", now=now)
    friendships.write(by=friend, to=zed, text="I look forward to it", now=now)
    session = zoom.create(by=zed, participant_id=friend.pk, now=now)
    zoom.start(session, by=zed, now=now)
    for person in (zed, friend):
        zoom.mark_ready(session, by=person, now=now)
    token = zoom.issue(session, by=zed, now=now)
    zoom.redeem(token.text, by=zed, now=now)
    return session


def make_traces(zed: User, staff: User, now: datetime) -> None:
    """Make what the services don't: a notification without `named`, entries of the admin's log, a
    sign-in to the admin, stored answers, a reset of the password, and an event from Zoom."""
    Notification.objects.filter(event="friend_accepted").update(named=None)
    ContentType.objects.clear_cache()  # another test may have emptied its table
    table = ContentType.objects.get_for_model(User)
    for number, (thing, message) in enumerate(
        [
            (zed, '[{"changed": {"fields": ["Zebedee Quillfeather"]}}]'),
            (staff, '[{"deleted": {"name": "participant", "object": "zquill in Geometry"}}]'),
            (staff, "Took Zebedee.Q@mail.example out."),
        ]
    ):
        LogEntry.objects.create(
            user=(staff, staff, zed)[number], content_type=table, object_id=str(thing.pk),
            object_repr=str(thing), action_flag=CHANGE, change_message=message,
        )  # fmt: skip
    LogEntry.objects.log_actions(staff.pk, [zed], CHANGE, "Changed", single_object=True)
    Client().force_login(zed)
    for person in (zed, staff):
        person.idempotency_keys.create(
            key="k", digest="d", claimed_until=now, expires_at=now + timedelta(days=1), status=201,
            body='{"id": 1, "creator": {"username": "zquill", "last_name": "Quillfeather"}}',
        )  # fmt: skip
    accounts.request_reset("Zebedee.Q@mail.example", now=now)
    zed.known_networks.create(digest="d", last_seen_at=now)
    tokens.sign_out(tokens.issue(zed)["refresh"])
    WebhookEvent.objects.create(
        key="k", name="meeting.participant_joined", meeting_id="1", meeting_uuid="u",
        person=digest_of("zebedee.q@mail.example"), received_at=now,
    )  # fmt: skip
