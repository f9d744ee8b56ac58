"""Lists and details take a fixed number of queries, the same for one item and for three, and a
list reads no participants (contract S4). Each number includes the query for the person."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from materials.models import Material
from sessions_app import services
from sessions_app.models import Session

pytestmark = pytest.mark.django_db


@pytest.fixture
def site(session, join, person):
    """`site(3)`: create three sessions, each with the same three participants."""

    def make(number):
        people = [person() for _ in range(number)]
        sessions = [session(subject="Programming") for _ in range(number)]
        for each in sessions:
            for user in people:
                join(each, user)
                fields = {"type": "note", "content": "x", "uploaded_by": user}
                Material.objects.create(session=each, title="Note", **fields)
        return sessions[-1], people[-1]

    return make


def queries(client, path):
    with CaptureQueriesContext(
        connection,
    ) as captured:
        assert client.get(path).status_code == 200
    return captured.captured_queries


@pytest.mark.parametrize("items", [1, 3])
@pytest.mark.parametrize(
    ("path", "number"),
    [
        ("/api/sessions/", 3),  # the person, the count, the sessions with their creators
        ("/api/sessions/?status=upcoming&subject=prog&search=react&ordering=title", 3),
        ("/api/sessions/created_sessions/", 3),
        ("/api/sessions/joined_sessions/", 3),
        ("/api/sessions/requested_sessions/", 2),  # the count is 0, so no rows are read
        ("/api/sessions/my_sessions/", 5),  # and their participants and materials
        ("/api/sessions/{session}/", 4),  # person, session, participants, materials
        ("/api/sessions/{session}/materials/", 3),
        ("/api/sessions/{session}/participants/", 3),
        ("/api/sessions/{session}/booking_requests/", 3),
        ("/api/auth/me/", 1),
    ],
)
def test_a_read_takes_the_same_queries_for_one_item_and_for_three(
    api, site, instructor, items, path, number
):
    last_session, last_person = site(items)
    reader = last_person if "joined" in path else instructor

    taken = queries(api(reader), path.format(session=last_session.pk))

    assert len(taken) == number, "\n".join(query["sql"] for query in taken)


def test_a_list_reads_no_participants(api, site, instructor):
    site(3)

    for query in queries(api(instructor), "/api/sessions/"):
        # Only in an EXISTS about the user.
        assert "sessions_app_participant" not in query["sql"].split("WHERE")[-1]
        assert 'FROM "sessions_app_participant"' not in query["sql"].split("EXISTS")[0]


def test_joining_takes_the_same_queries_with_one_participant_and_with_three(api, site, person):
    counts = []
    for others in (1, 3):
        joined, _ = site(others)
        with CaptureQueriesContext(connection) as captured:
            assert api(person()).post(f"/api/sessions/{joined.pk}/join/").status_code == 201
        counts.append(len(captured))

    assert len(set(counts)) == 1


@pytest.fixture
def requested(session, person, now):
    """`requested(3)`: a request session with three askers, one of whom asks in three."""

    def make(number):
        asker = person()
        offered = [
            session(booking_mode="request", subject="Maths", level="beginner")
            for _ in range(number)
        ]
        for row in offered:
            services.join(Session.objects.seen_by(asker).get(pk=row.pk), by=asker, now=now)
        for _ in range(number - 1):
            other = person()
            row = Session.objects.seen_by(other).get(pk=offered[0].pk)
            services.join(row, by=other, now=now)
        return offered[0], asker

    return make


@pytest.mark.parametrize("items", [1, 3])
def test_requests_are_listed_in_the_same_queries_for_one_and_for_three(
    api, requested, instructor, items
):
    offered, asker = requested(items)
    path = f"/api/sessions/{offered.pk}/booking_requests/"

    assert api(instructor).get(path).json()["count"] == items
    assert len(queries(api(instructor), path)) == 4  # the person, the session, count, requests
    assert api(asker).get("/api/sessions/requested_sessions/").json()["count"] == items
    assert len(queries(api(asker), "/api/sessions/requested_sessions/")) == 3


def test_my_sessions_takes_the_same_queries_for_one_session_and_for_a_hundred(
    api, session, student, join, instructor
):
    taken = []
    for number in (1, 99):
        for _ in range(number):
            join(session(), student)
        page = api(student).get("/api/sessions/my_sessions/").json()
        taken.append(len(queries(api(student), "/api/sessions/my_sessions/")))

    assert len(page["joined"]) == 100
    assert taken == [5, 5]
