"""The table of acts into which faults are injected, and helpers for them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from io import BytesIO
from typing import Any

from django.db import models

from accounts.models import User
from materials.models import Material
from notifications.models import Notification
from sessions_app.models import Session
from tests.faults.site import PDF, Reply, call


@dataclass(frozen=True)
class Case:
    """One prepared act.

    Attributes:
        send: does the act. A client that gets no answer repeats it.
        done: whether the act was done once and completely.
    """

    send: Callable[[], Reply]
    done: Callable[[], bool]


@dataclass(frozen=True)
class Act:
    """An act.

    Attributes:
        prepare: creates the rows of a new case.
        again: the codes that a client may get for a repetition if the act was done already.
    """

    prepare: Callable[[], Case]
    again: frozenset[str]


ACTS: dict[str, Act] = {}


def act(*again: str) -> Callable[[Callable[[], Case]], Callable[[], Case]]:
    """Add an act to the table under its function's name."""

    def add(prepare: Callable[[], Case]) -> Callable[[], Case]:
        ACTS[prepare.__name__] = Act(prepare, frozenset(again))
        return prepare

    return add


def notified(event: str, *people: User) -> bool:
    """Whether each of these people has exactly one notification of the event."""
    return all(Notification.objects.filter(user=each, event=event).count() == 1 for each in people)


def status_of(row: models.Model) -> Any:
    return type(row)._default_manager.values_list("status", flat=True).get(pk=row.pk)


def has(rows: Any, number: int = 1) -> bool:
    return bool(rows.count() == number)


def made(rows: Any) -> bool:
    """Whether at least one row was created, and at most one for each try. Without an idempotency
    key, a repetition creates another row."""
    return bool(1 <= rows.count() <= 3)


def path(session: Session, action: str = "") -> str:
    return f"/api/sessions/{session.pk}/{action}/" if action else f"/api/sessions/{session.pk}/"


def rewrite(row: models.Model, **columns: Any) -> None:
    """Write columns without the services."""
    models.QuerySet.update(type(row)._default_manager.filter(pk=row.pk), **columns)


def uploaded(row: Session) -> Material:
    reply = upload_to(row)
    return Material.objects.get(pk=reply.document["id"])


def upload_to(row: Session, number: int | str = "", content: bytes = PDF) -> Reply:
    """Send a file, for a new material or to replace the file of an existing one."""
    data = {"file": (BytesIO(content), "notes.pdf")}
    at = path(row, f"materials/{number}" if number else "materials")
    if number:
        return call("PATCH", at, row.creator, data=data)
    return call("POST", at, row.creator, data=data | {"title": "Notes", "type": "file"})
