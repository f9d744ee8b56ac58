"""Mailing notifications to people who want mails."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime
from functools import cache
from typing import Any

from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.db.models import DateTimeField
from django.utils.text import Truncator

from accounts.models import User
from core.dates import in_words
from core.db.compiled import Param
from core.db.compiled_writes import CompiledUpdate
from mail.composing import COMPOSERS, letter
from mail.defang import defang, one_line
from mail.models import Mail
from mail.unsubscribing import unsubscribe_address
from notifications.events import Event, Type

SUBJECT = 150  # characters
KINDS = {Type.REMINDER: Mail.Kind.REMINDER}


def write_mails(
    event: Event,
    *,
    to: Collection[int],
    now: datetime,
    session_id: int | None,
    once: str | None,
    until: datetime | None,
    details: Mapping[str, Any],
) -> None:
    """Queue mails about the event to those who want mails, with dates in their time zones.

    Args:
        until: when the mail expires.
    """
    if not event.mail:
        return
    zones = User.objects.wanting_mails().filter(pk__in=to).values_list("pk", "timezone")
    mails = [
        Mail(
            kind=KINDS.get(event.type, Mail.Kind.NOTIFICATION),
            user_id=user_id,
            subject=subject_line(event.title.format(**details)),
            message=event.mail.format(**in_zone(details, zone)),
            session_id=session_id,
            created_at=now,
            next_try_at=now,
            expires_at=until,
            dedupe_key=f"{once}:{user_id}" if once else None,
        )
        for user_id, zone in zones
    ]
    Mail.objects.bulk_create(mails, ignore_conflicts=once is not None)


def recall_reminders(session_id: int, *, now: datetime, of: int | None = None) -> None:
    """Cancel the waiting reminder mails of a session that was moved, has begun or is cancelled.

    Args:
        of: the id of a person who has left the session; None for everybody.
    """
    recalling(of is None).run(session=session_id, person=of, now=now)


@cache
def recalling(everybodys: bool) -> CompiledUpdate:
    reminders = Mail.objects.waiting().filter(kind=Mail.Kind.REMINDER, session_id=Param("session"))
    whose = reminders if everybodys else reminders.filter(user_id=Param("person"))
    return CompiledUpdate(whose, expires_at=Param("now", DateTimeField()))


def subject_line(title: str) -> str:
    """Return the title on one line, without control characters, and at most `SUBJECT` long."""
    return Truncator(one_line(title)).chars(SUBJECT)


def in_zone(details: Mapping[str, Any], zone: str) -> dict[str, Any]:
    """Return the details with dates written in this time zone."""
    return {
        name: in_words(value, zone) if isinstance(value, datetime) else value
        for name, value in details.items()
    }


def compose_notification(mail: Mail) -> EmailMultiAlternatives | None:
    """Compose the mail about a notification, for its owner if they want mails.

    The texts contain words of other users: links in them are defused, only ours work.
    """
    user = User.objects.wanting_mails().filter(pk=mail.user_id).first()
    if user is None:
        return None
    unsubscribe = unsubscribe_address(user.pk)
    context = {
        "message": defang(mail.message),
        "link": f"{settings.FRONTEND_URL}/sessions/{mail.session_id}" if mail.session_id else "",
        "unsubscribe": unsubscribe,
    }
    headers = {
        "List-Unsubscribe": f"<{unsubscribe}>",
        "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
    }
    return letter(mail, user, "notifications/mail", context, headers=headers)


def register_composers() -> None:
    COMPOSERS.update(
        {Mail.Kind.NOTIFICATION: compose_notification, Mail.Kind.REMINDER: compose_notification}
    )
