"""PostgreSQL's plans for hot reads: they use an index and its order, so that the cost doesn't grow
with the table. These tests disable sequential scans and sorts; PostgreSQL uses them anyway if no
index serves."""

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
    """Return the plan, with sequential scans and sorts disabled."""
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
    rows = listed(student, text)

    lines = plan(rows.queries.first, {**rows.values, "limit": 20, "offset": 0})

    assert "Seq Scan" not in lines, lines
    assert "Sort Key: sessions_app_session.date" not in lines, lines


@pytest.mark.parametrize("text", ["search=algebra+proof", "subject=math"])
def test_a_search_for_words_uses_an_index(student, text):
    rows = listed(student, text)

    assert "session_words" in plan(rows.queries.number, rows.values)


@pytest.mark.parametrize("whose", ["created_by", "joined_by", "requested_by", "of"])
def test_a_list_of_own_sessions_uses_an_index(student, whose):
    rows = listed(student, whose=whose)

    for query in (rows.queries.number, rows.queries.first):
        lines = plan(query, {**rows.values, "limit": 20, "offset": 0})
        assert "Seq Scan" not in lines, lines


def test_notifications_and_conversations_are_read_in_the_order_of_an_index(student, instructor):
    filters = NotificationFilter.parse(QueryDict("unread=true"))
    for series in (
        notifications.own(filters, by=student),
        conversations.conversation(student, instructor),
    ):
        for query in (series.queries.beginning, series.queries.further):
            lines = plan(query, {**series.values, "limit": 100, "start": 7})
            assert "Seq Scan" not in lines, lines
            assert "Sort" not in lines, lines


def test_the_detail_of_a_session_is_read_by_indexes(student):
    values = {"pk": 7, "user": student.pk, "id0": 7}
    for query in (
        reads.detail_query(False, False),
        reads.place_query(1, False),
        reads.request_query(1, False),
        reads.material_query(1, False),
    ):
        lines = plan(query, values)
        assert "Seq Scan" not in lines, lines
