"""The log of staff actions, in Django's table for the admin's log.

Services write it in the transaction of the action, whether that came from the admin or the API.
"""

from __future__ import annotations

import re
from datetime import datetime
from typing import Any

from django.contrib.admin.models import CHANGE, LogEntry
from django.contrib.contenttypes.models import ContentType
from django.db.models import Model

# The person named in a message; the id identifies them even if the name has changed.
WHOM = re.compile(r"(?P<what>[A-Z][a-z ]*) (?P<name>\S+) \((?P<id>\d+)\)(?=\. |$)")
# The log's maximum length of a row's name.
NAME = 200


def log_staff_act(
    row: Model, *, by: Any, now: datetime, what: str, whom: Any = None, reason: str = ""
) -> None:
    """Log an action on one row.

    Args:
        by: the staff member.
        what: the action in the past tense, such as "Cancelled".
        whom: the person it concerned, such as a removed participant, if any.
        reason: the reason that the staff member gave, if any.
    """
    message = what if whom is None else f"{what} {whom} ({whom.pk})"
    message += f". The reason: {reason}" if reason else ""
    add_entry(type(row), str(row)[:NAME], by=by, now=now, what=message, object_id=str(row.pk))


def log_staff_look(model: type[Model], *, by: Any, now: datetime, what: str) -> None:
    """Log that somebody read many rows of a table, such as in an export."""
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
