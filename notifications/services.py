"""Notifying people, and marking notifications as read."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction

from accounts.models import User
from core.db.compiled_writes import insert
from core.push import push_on_commit
from notifications.events import Event
from notifications.mails import in_zone, write_mails
from notifications.models import Notification
from notifications.representations import notification_frame

# The length of a name for which a notification's title has room.
NAME = 200
# The content of a notification: everything except the person and the time.
SAID = ("type", "event", "title", "message", "session_id", "named_id", "read")
# How long a notification about a session is rewritten instead of adding a new one.
TOGETHER = timedelta(minutes=1)


def notify(
    event: Event,
    *,
    to: Iterable[int],
    now: datetime,
    person: User | None = None,
    session_id: int | None = None,
    news_of: int | None = None,
    once: str | None = None,
    until: datetime | None = None,
    **details: Any,
) -> None:
    """Notify each person once, in the transaction of the event (contract N4).

    Args:
        to: the ids of the people to notify.
        person: the `{person}` of the event's texts.
        session_id: the session, unless it is being deleted.
        news_of: the session that this is about, locked by the caller. Recent notifications about it
            that the event `replaces` are rewritten, marked as unread and pushed again.
        once: a deduplication key; each person is notified only once for it.
        until: when the mail expires.
        details: the other placeholders of the event's texts.
    """
    if person is not None:
        details["person"] = name_of(person)[:NAME]
    words = in_zone(details, "UTC")
    title, message = event.title.format(**words), event.message.format(**words)
    rows = [
        Notification(
            user_id=user_id,
            type=event.type,
            event=event.code,
            title=title,
            message=message,
            named=person,
            session_id=session_id,
            created_at=now,
            dedupe_key=f"{once}:{user_id}" if once else None,
        )
        for user_id in dict.fromkeys(to)
    ]
    if once:
        told = insert_new(rows)
    else:
        rewritten = rewrite(rows, event.replaces, news_of, now)
        told = [*rewritten, *insert([row for row in rows if row.pk is None])]
    heard = [row.user_id for row in told]
    write_mails(
        event, to=heard, now=now, session_id=session_id, once=once, until=until, details=details
    )
    push_on_commit(lambda: [(row.user_id, notification_frame(row)) for row in told])


def rewrite(
    rows: list[Notification], replaced: tuple[str, ...], session_id: int | None, now: datetime
) -> list[Notification]:
    """Rewrite people's recent notifications about a session with the content of the rows, which is
    the same in all. The id and `created_at` stay, so that the position in a list stays.

    Returns:
        The rows of people who had such a notification.
    """
    if session_id is None or not replaced:
        return []
    recent = Notification.objects.told_of(session_id, replaced, since=now - TOGETHER)
    last = {each.user_id: each for each in recent.filter(user__in=[row.user_id for row in rows])}
    rewritten = [row for row in rows if row.user_id in last]
    for row in rewritten:
        row.pk, row.created_at = last[row.user_id].pk, last[row.user_id].created_at
    if rewritten:
        said = {name: getattr(rewritten[0], name) for name in SAID}
        Notification.objects.filter(pk__in=[row.pk for row in rewritten]).in_order().update(**said)
    return rewritten


def insert_new(rows: list[Notification]) -> list[Notification]:
    """Insert the rows whose key doesn't exist yet, and read them back: an insert that ignores
    conflicts returns no ids. Of two concurrent inserts, the database accepts one."""
    keys = {row.dedupe_key for row in rows}
    keys -= set(Notification.objects.with_keys(keys).values_list("dedupe_key", flat=True))
    new = [row for row in rows if row.dedupe_key in keys]
    Notification.objects.bulk_create(new, ignore_conflicts=True)
    return list(Notification.objects.with_keys(keys))


def name_of(user: User) -> str:
    """Return a person's first and last name or, if they have none, the username."""
    return user.get_full_name() or user.username


def mark_as_read(notification: Notification) -> Notification:
    """Mark a notification as read. Repeating it changes nothing."""
    notification.read = True
    notification.save(update_fields=["read"])
    return notification


def mark_all_as_read(*, by: User) -> int:
    """Mark all of the user's notifications as read. Returns the number that were unread."""
    with transaction.atomic():
        return Notification.objects.of(by).unread().in_order().update(read=True)


def forget_session(session_id: int) -> None:
    """Remove a session from its notifications before it is deleted (contract N2)."""
    Notification.objects.filter(session=session_id).in_order().update(session=None)
