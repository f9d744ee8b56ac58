"""What an act is, to a fault; and what the acts have in common."""

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
    """One act, ready to be done.

    Attributes:
        send: does it; a client that got no answer does it again.
        done: is it done, once and whole?
    """

    send: Callable[[], Reply]
    done: Callable[[], bool]


@dataclass(frozen=True)
class Act:
    """How to prepare one, always with rows of its own.

    Attributes:
        again: the codes that may tell a client who repeats it that it is done already.
    """

    prepare: Callable[[], Case]
    again: frozenset[str]


ACTS: dict[str, Act] = {}


def act(*again: str) -> Callable[[Callable[[], Case]], Callable[[], Case]]:
    """Put an act into the table, under its function's name."""

    def enter(prepare: Callable[[], Case]) -> Callable[[], Case]:
        ACTS[prepare.__name__] = Act(prepare, frozenset(again))
        return prepare

    return enter


def told(event: str, *people: User) -> bool:
    """Has each of them heard of it once?"""
    return all(Notification.objects.filter(user=each, event=event).count() == 1 for each in people)


def status_of(row: models.Model) -> Any:
    return type(row)._default_manager.values_list("status", flat=True).get(pk=row.pk)


def has(rows: Any, number: int = 1) -> bool:
    return bool(rows.count() == number)


def made(rows: Any) -> bool:
    """At least one, and no more than were asked for: of what may be made any number of times, who
    repeats it has another. Only an idempotency key could tell."""
    return bool(1 <= rows.count() <= 3)


def path(session: Session, action: str = "") -> str:
    return f"/api/sessions/{session.pk}/{action}/" if action else f"/api/sessions/{session.pk}/"


def rewrite(row: models.Model, **columns: Any) -> None:
    """Write columns past the services."""
    models.QuerySet.update(type(row)._default_manager.filter(pk=row.pk), **columns)


def uploaded(row: Session) -> Material:
    reply = upload_to(row)
    return Material.objects.get(pk=reply.document["id"])


def upload_to(row: Session, number: int | str = "", content: bytes = PDF) -> Reply:
    """Send a file: a new material's, or in place of one's."""
    data = {"file": (BytesIO(content), "notes.pdf")}
    at = path(row, f"materials/{number}" if number else "materials")
    if number:
        return call("PATCH", at, row.creator, data=data)
    return call("POST", at, row.creator, data=data | {"title": "Notes", "type": "file"})
