"""A person's data in Django's own tables: the admin's log, and the sign-ins to the admin."""

from __future__ import annotations

import json
from typing import Any

from django.contrib.admin.models import LogEntry
from django.contrib.contenttypes.models import ContentType
from django.contrib.sessions.models import Session as SignIn
from django.db.models import Q

from accounts.erasure import Renaming
from accounts.models import User
from core.observability.staff_log import WHOM


def entries_about(user: User) -> Any:
    """Return the entries of the admin's log about this user's account."""
    account = ContentType.objects.get_for_model(User)
    return LogEntry.objects.filter(content_type=account, object_id=str(user.pk))


def rename_in_log(user: User, renaming: Renaming) -> int:
    """Replace the user's name in the admin's log, and return the number of changed entries."""
    changed = entries_about(user).exclude(object_repr=renaming.new)
    renamed: int = changed.update(object_repr=renaming.new)
    conditions = [
        Q(object_repr__icontains=name) | Q(change_message__icontains=as_stored(name))
        for name in renaming.old
    ]
    conditions.append(Q(change_message__contains=f" ({user.pk})"))
    for entry in LogEntry.objects.filter(Q(*conditions, _connector=Q.OR)).iterator():
        renamed += rename_in(entry, user, renaming)
    return renamed


def as_stored(name: str) -> str:
    """Return the name as it is escaped inside a JSON string."""
    return json.dumps(name)[1:-1]


def rename_in(entry: LogEntry, user: User, renaming: Renaming) -> bool:
    old = {"object_repr": entry.object_repr, "change_message": entry.change_message}
    new = {
        "object_repr": renaming.in_staffs_words(entry.object_repr)[:200],
        "change_message": rename_in_message(entry.change_message, user, renaming),
    }
    if entry.content_type == ContentType.objects.get_for_model(User):
        del new["object_repr"]  # entries about the user are changed already: this is another name
    changed = any(old[name] != text for name, text in new.items())
    return changed and bool(LogEntry.objects.filter(pk=entry.pk).update(**new))


def rename_in_message(message: str, user: User, renaming: Renaming) -> str:
    """Replace the name in a sentence, or in the values of the admin's JSON."""
    if message.startswith("["):
        try:
            return json.dumps(rename_values(json.loads(message), renaming))
        except ValueError:
            pass
    return rename_in_sentence(message, user, renaming)


def rename_in_sentence(message: str, user: User, renaming: Renaming) -> str:
    """Replace the name in a sentence. The person at its start is recognised by the id, so that
    former and short names are replaced, too."""
    start = WHOM.match(message)
    if start is None:
        return renaming.in_staffs_words(message)
    name = renaming.new if start["id"] == str(user.pk) else start["name"]
    rest = renaming.in_staffs_words(message[start.end() :])
    return f"{start['what']} {name} ({start['id']}){rest}"


def rename_values(value: Any, renaming: Renaming) -> Any:
    if isinstance(value, dict):
        return {key: rename_values(each, renaming) for key, each in value.items()}
    if isinstance(value, list):
        return [rename_values(each, renaming) for each in value]
    return renaming.in_staffs_words(value) if isinstance(value, str) else value


def end_sign_ins(user: User) -> int:
    """Sign the user out of the admin, and return the number of browsers."""
    mine = [
        row.pk
        for row in SignIn.objects.iterator()
        if row.get_decoded().get("_auth_user_id") == str(user.pk)
    ]
    return SignIn.objects.filter(pk__in=mine).delete()[0]
