"""Rows of any moment, and what the dashboard shows of them."""

from __future__ import annotations

from datetime import timedelta
from zoneinfo import ZoneInfo

import pytest
from django.db import models

from operations.dashboard.periods import latest
from sessions_app import services
from sessions_app.models import Session
from zoom.models import OneOnOneSession

PAGE = "/admin/"
DAY = timedelta(days=1)


@pytest.fixture
def asked(session, instructor):
    """`asked(student)`: a session that people ask to join, and their requests for it."""

    def make(*askers, **fields):
        row = session(booking_mode="request", subject="Maths", level="beginner", **fields)
        for asker in askers:
            services.join(seen(row, asker), by=asker, now=row.created_at)
        return row

    return make


@pytest.fixture
def met(person):
    """`met(status="completed")`: a 1-on-1 session with these columns."""

    def make(**columns):
        one, other = person(), person()
        row = OneOnOneSession.objects.create(initiator=one, participant=other)
        return rewrite(row, **columns)

    return make


def seen(session, user):
    return Session.objects.seen_by(user).get(pk=session.pk)


def rewrite(row, **columns):
    """Write columns past the services."""
    models.QuerySet.update(type(row).objects.filter(pk=row.pk), **columns)
    row.refresh_from_db()
    return row


def week(now):
    return latest(7, zone=ZoneInfo("UTC"), now=now)


def before(now):
    """The day that has all of the week before."""
    return week(now).before.first


def shown(desk, query=None):
    """The page's tiles by section and label: value, and what it says of the period before."""
    context = desk.get(PAGE, query).context
    return {
        section["title"]: {
            tile["label"]: (tile["value"], tile["before"]) for tile in section["tiles"]
        }
        for section in context["sections"]
    }
