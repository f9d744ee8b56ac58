"""What staff have done, by whatever door: rows of Django's own log of the admin. Services write
them, in the transaction of the act, so that there is never one without the other."""

from __future__ import annotations

from typing import Any

from django.contrib.admin.models import CHANGE, LogEntry
from django.contrib.contenttypes.models import ContentType
from django.db.models import Model


def log_staff_act(row: Model, *, by: Any, what: str, reason: str = "") -> None:
    """Note an act on one row.

    Args:
        by: the member of the staff.
        what: the act in the past tense, such as "Cancelled".
        reason: theirs, if they gave one.
    """
    message = f"{what}. The reason: {reason}" if reason else what
    LogEntry.objects.log_actions(by.pk, [row], CHANGE, message)  # type: ignore[arg-type]  # the stubs want a queryset


def log_staff_look(model: type[Model], *, by: Any, what: str) -> None:
    """Note that rows of a table were taken away, such as in an export."""
    LogEntry.objects.create(
        user_id=by.pk,
        content_type=ContentType.objects.get_for_model(model, for_concrete_model=False),
        object_repr=str(model._meta.verbose_name_plural),
        action_flag=CHANGE,
        change_message=what,
    )
