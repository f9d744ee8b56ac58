"""What staff have done, by whatever door: rows of Django's own log of the admin. Services write
them, in the transaction of the act, so that there is never one without the other."""

from __future__ import annotations

import re
from datetime import datetime
from typing import Any

from django.contrib.admin.models import CHANGE, LogEntry
from django.contrib.contenttypes.models import ContentType
from django.db.models import Model

# Whom a message names: by the id it is known who that is, whatever they are called by then.
WHOM = re.compile(r"(?P<what>[A-Z][a-z ]*) (?P<name>\S+) \((?P<id>\d+)\)(?=\. |$)")
# As much of a row's name as the log has room for.
NAME = 200


def log_staff_act(
    row: Model, *, by: Any, now: datetime, what: str, whom: Any = None, reason: str = ""
) -> None:
    """Note an act on one row.

    Args:
        by: the member of the staff.
        what: the act in the past tense, such as "Cancelled".
        whom: whose place in the row it was about, if it was anybody's.
        reason: theirs, if they gave one.
    """
    message = what if whom is None else f"{what} {whom} ({whom.pk})"
    message += f". The reason: {reason}" if reason else ""
    add_entry(type(row), str(row)[:NAME], by=by, now=now, what=message, object_id=str(row.pk))


def log_staff_look(model: type[Model], *, by: Any, now: datetime, what: str) -> None:
    """Note that rows of a table were taken away, such as in an export."""
    add_entry(model, str(model._meta.verbose_name_plural), by=by, now=now, what=what)


def add_entry(
    model: type[Model],
    name: str,
    *,
    by: Any,
    now: datetime,
    what: str,
    object_id: str | None = None,
) -> None:
    LogEntry.objects.create(
        user_id=by.pk,
        action_time=now,
        content_type=ContentType.objects.get_for_model(model, for_concrete_model=False),
        object_id=object_id,
        object_repr=name,
        action_flag=CHANGE,
        change_message=what,
    )
