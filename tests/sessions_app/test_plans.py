"""How PostgreSQL finds what hot reads ask for: by an index, and in its order, so that a million
sessions cost what a thousand do. Where no index serves, it must read or sort the whole table even
when it is told to avoid that, as it is here."""

from __future__ import annotations

import pytest
from django.db import connection
from django.http import QueryDict

from friendships import reads as conversations
from notifications import reads as notifications
from notifications.filters import NotificationFilter
from sessions_app import reads
from sessions_app.filters import SessionFilter

pytestmark = [pytest.mark.django_db, pytest.mark.postgres]


def plan(query, values):
    """The plan's lines, when reading and sorting whole tables are avoided."""
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off; SET LOCAL enable_sort = off")
        cursor.execute(f"EXPLAIN {query.sql}", query.bind(values))
        return "\n".join(line for (line,) in cursor.fetchall())


def listed(user, text="", whose="all"):
    return reads.listing(SessionFilter.parse(QueryDict(text)), by=user, whose=whose)


IN_ORDER = [
    "",
    "ordering=title",
    "ordering=-title",
    "ordering=created_at",
    "status=upcoming",
    "status=upcoming,approved,scheduled&level=beginner",
    "creator=1",
    "date_from=2030-01-01",
    "date_to=2030-01-01&ordering=-date",
]


@pytest.mark.parametrize("text", IN_ORDER)
def test_a_first_page_is_read_in_the_order_of_an_index(student, text):
    found = listed(student, text)

    lines = plan(found.queries.first, {**found.values, "limit": 20, "offset": 0})

    assert "Seq Scan" not in lines, lines
    assert "Sort Key: sessions_app_session.date" not in lines, lines


@pytest.mark.parametrize("text", ["search=algebra+proof", "subject=math"])
def test_words_are_found_by_an_index(student, text):
    found = listed(student, text)

    assert "session_words" in plan(found.queries.number, found.values)


@pytest.mark.parametrize("whose", ["created_by", "joined_by", "requested_by", "of"])
def test_ones_own_sessions_are_found_by_an_index(student, whose):
    found = listed(student, whose=whose)

    for query in (found.queries.number, found.queries.first):
        lines = plan(query, {**found.values, "limit": 20, "offset": 0})
        assert "Seq Scan" not in lines, lines


def test_notifications_and_conversations_are_read_in_the_order_of_an_index(student, instructor):
    asked = NotificationFilter.parse(QueryDict("unread=true"))
    for series in (
        notifications.own(asked, by=student),
        conversations.conversation(student, instructor),
    ):
        for query in (series.queries.beginning, series.queries.further):
            lines = plan(query, {**series.values, "limit": 100, "start": 7})
            assert "Seq Scan" not in lines, lines
            assert "Sort" not in lines, lines


def test_a_detail_is_read_by_indexes(student):
    values = {"pk": 7, "user": student.pk, "id0": 7}
    for query in (
        reads.detail_query(False, False),
        reads.place_query(1, False),
        reads.request_query(1, False),
        reads.material_query(1, False),
    ):
        lines = plan(query, values)
        assert "Seq Scan" not in lines, lines
