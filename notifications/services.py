"""Telling people, and marking what they have read."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction

from accounts.models import User
from core.compiled_writes import insert
from core.push import push_on_commit
from notifications.events import Event
from notifications.mails import in_zone, write_mails
from notifications.models import Notification
from notifications.representations import notification_frame

# As much of a name as the title of a notification has room for.
NAME = 200
# What a notification says, apart from to whom and when.
SAID = ("type", "event", "title", "message", "session_id", "named_id", "read")
# For so long news of a session that moves on is rewritten, not told again.
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
    """Tell each person, once, in the transaction of what it tells of (contract N4).

    Args:
        to: the ids of those to tell.
        person: whom the event's texts name as `{person}`.
        session_id: the session concerned, if it will still be there.
        news_of: the session whose news this is, held by the caller. What the event `replaces` of
            it is rewritten: it stays one notification, and is unread and pushed once more.
        once: names the occasion; nobody is told of it again, however often this is called.
        until: when it is too late to mail it.
        details: what the event's texts name besides.
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
    """Let what people were told of a session a moment ago say the same as the rows, which are all
    alike. Its id and `created_at` stay, so that it keeps its place in a list.

    Returns:
        The rows of those who had been told.
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
    """Insert the rows whose occasion their person hasn't been told of, and read them back: an
    insert that passes over conflicts gives no ids. Of two that look at once, the database lets
    one insert."""
    keys = {row.dedupe_key for row in rows}
    keys -= set(Notification.objects.with_keys(keys).values_list("dedupe_key", flat=True))
    new = [row for row in rows if row.dedupe_key in keys]
    Notification.objects.bulk_create(new, ignore_conflicts=True)
    return list(Notification.objects.with_keys(keys))


def name_of(user: User) -> str:
    """How a person is called: by their names or, without any, by the user name."""
    return user.get_full_name() or user.username


def mark_as_read(notification: Notification) -> Notification:
    """Mark one; again changes nothing."""
    notification.read = True
    notification.save(update_fields=["read"])
    return notification


def mark_all_as_read(*, by: User) -> int:
    """Mark all of one's own; how many were unread."""
    with transaction.atomic():
        return Notification.objects.of(by).unread().in_order().update(read=True)


def forget_session(session_id: int) -> None:
    """Before a session is deleted: its notifications name it no more (contract N2)."""
    Notification.objects.filter(session=session_id).in_order().update(session=None)
