"""Erasing a person from notifications."""

from __future__ import annotations

import re
from string import Formatter
from typing import Any

from django.db.models import Q

from accounts.erasure import ERASED, Renaming
from accounts.models import User
from mail.models import Mail
from notifications import events
from notifications.models import Notification
from notifications.services import NAME

NAMING = {
    event.code: event
    for event in vars(events).values()
    if isinstance(event, events.Event) and "{person}" in event.title + event.message
}


def delete_own(user: User) -> int:
    """Delete this person's own notifications. Returns the number deleted."""
    return Notification.objects.of(user).delete()[0]


def rename(user: User, renaming: Renaming) -> int:
    """Replace their name in other people's notifications. Returns the number changed.

    A notification's row refers to the person it names, so older names of theirs are found, too.
    Older rows without this reference are found by the current name.
    """
    names = {name[:NAME] for name in renaming.old}
    having = [Q(title__contains=name) | Q(message__contains=name) for name in names]
    older = Notification.objects.filter(Q(*having, _connector=Q.OR), named=None, event__in=NAMING)
    return rename_known(user, renaming) + sum(
        rename_in(row, renaming, names=names) for row in older.iterator()
    )


def rename_known(user: User, renaming: Renaming) -> int:
    """Replace the name in all notifications whose row refers to this person."""
    known = Notification.objects.filter(named=user)
    return sum(rename_in(row, renaming, names=None) for row in known.iterator())


def rename_in(row: Notification, renaming: Renaming, *, names: set[str] | None) -> bool:
    """Reword a notification. Returns whether anything changed.

    Args:
        names: reword only if the text has one of these names; None for any name.
    """
    event = NAMING[row.event]
    words = {"person": renaming.new, "material": ERASED}
    title = reworded(event.title, row.title, words, names)
    message = reworded(event.message, row.message, words, names)
    if (title, message) == (row.title, row.message):
        return False
    Notification.objects.filter(pk=row.pk).update(title=title, message=message)
    return True


def reworded(template: str, text: str, words: dict[str, str], names: set[str] | None) -> str:
    """Return a text that was built from the template, with its placeholders filled with `words`."""
    found = re.fullmatch(pattern_of(template), text, re.DOTALL)
    if found is None or (names is not None and found.groupdict().get("person") not in names):
        return text
    for name in sorted(found.groupdict().keys() & words, key=found.start, reverse=True):
        text = text[: found.start(name)] + words[name] + text[found.end(name) :]
    return text


def pattern_of(template: str) -> str:
    parts = Formatter().parse(template)
    return "".join(
        re.escape(literal) + (f"(?P<{name}>.*?)" if name else "") for literal, name, *_ in parts
    )


def rename_in_session(session_id: int, renaming: Renaming) -> None:
    """Remove a name from the notifications and mails about a session that had it in its title."""
    told: list[tuple[Any, str]] = [(Notification, "title"), (Mail, "subject")]
    for model, title in told:
        for row in model.objects.filter(session=session_id).iterator():
            fields = {name: getattr(row, name) for name in (title, "message")}
            changed = {name: renaming.in_own_words(text) for name, text in fields.items()}
            if changed != fields:
                model.objects.filter(pk=row.pk).update(**changed)
