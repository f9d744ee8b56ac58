"""The content of the dashboard for one staff member: figures, charts and what needs attention.
Tables that they may not view are neither shown nor counted."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import TypedDict

from django.db.models import Model

from accounts.models import User
from operations.dashboard import waiting
from operations.dashboard.links import link_to, may_see
from operations.dashboard.periods import Period
from operations.dashboard.sections import (
    Section,
    on_bookings,
    on_one_on_ones,
    on_people,
    on_sessions,
)
from sessions_app.models import BookingRequest, Session
from zoom.models import OneOnOneSession


class WaitingRow(TypedDict):
    label: str
    number: int
    link: str


class Page(TypedDict):
    sections: list[Section]
    waiting: list[WaitingRow]


def build(user: User, period: Period, now: datetime) -> Page:
    sections: list[tuple[type[Model], Callable[[], Section]]] = [
        (Session, lambda: on_sessions(period)),
        (BookingRequest, lambda: on_bookings(period)),
        (User, lambda: on_people(period)),
        (OneOnOneSession, lambda: on_one_on_ones(period, now)),
    ]
    return {
        "sections": [section() for model, section in sections if may_see(user, model)],
        "waiting": on_waiting(user, now),
    }


def on_waiting(user: User, now: datetime) -> list[WaitingRow]:
    shown = [pile for pile in waiting.piles(now) if may_see(user, pile.model)]
    numbers = waiting.count(shown)
    return [
        {
            "label": pile.label,
            "number": numbers.get(pile.name, 0),
            "link": link_to(pile.model, **pile.filters),
        }
        for pile in shown
    ]
