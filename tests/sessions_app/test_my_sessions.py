"""The lists of the user's own sessions (contract S12), in the shapes of both documents."""

from __future__ import annotations

import pytest

pytestmark = pytest.mark.django_db

PATH = "/api/sessions/my_sessions/"


@pytest.fixture
def mixed(session, join, person, instructor):
    """Three sessions of the instructor, two of a colleague that the instructor has joined, and a
    third of the colleague."""
    colleague = person(role="instructor")
    own = [session() for _ in range(3)]
    joined = [session(by=colleague) for _ in range(2)]
    for each in joined:
        join(each, instructor)
    session(by=colleague)
    return own, joined


def ids(items):
    return {item["id"] for item in items}


def test_a_page_has_created_and_joined_sessions_in_both_shapes(api, instructor, mixed):
    own, joined = mixed

    page = api(instructor).get(PATH).json()

    assert set(page) == {"count", "next", "previous", "results", "created", "joined"}
    assert page["count"] == 5
    assert ids(page["results"]) == {each.pk for each in own + joined}
    assert ids(page["created"]) == {each.pk for each in own}
    assert ids(page["joined"]) == {each.pk for each in joined}
    assert "participants" not in page["results"][0]
    assert page["joined"][0]["participants"][0]["user"]["id"] == instructor.pk


def test_created_and_joined_have_the_sessions_of_the_current_page(api, instructor, mixed):
    first = api(instructor).get(PATH, {"page_size": 2}).json()
    last = api(instructor).get(PATH, {"page_size": 2, "page": 3}).json()

    assert ids(first["created"]) | ids(first["joined"]) == ids(first["results"])
    assert len(last["results"]) == len(last["created"]) + len(last["joined"]) == 1
    assert first["next"].endswith("page=2&page_size=2")


def test_a_session_that_the_user_left_is_not_listed(api, instructor, mixed):
    _, joined = mixed
    api(instructor).post(f"/api/sessions/{joined[0].pk}/leave/")

    assert joined[0].pk not in ids(api(instructor).get(PATH).json()["results"])


def test_created_and_joined_sessions_have_ordinary_pages(api, instructor, mixed):
    own, joined = mixed
    client = api(instructor)

    created = client.get("/api/sessions/created_sessions/", {"page_size": 2}).json()
    participating = client.get("/api/sessions/joined_sessions/").json()

    assert (created["count"], len(created["results"])) == (len(own), 2)
    assert ids(participating["results"]) == {each.pk for each in joined}


def test_a_session_that_waits_for_approval_is_listed_only_for_its_creator_and_staff(
    api, person, session, settings
):
    settings.SESSION_APPROVAL_POLICY = "staff"
    creator = person()
    session(by=creator, booking_mode="request", subject="Art")

    assert api(creator).get(PATH).json()["count"] == 1
    assert api(person()).get("/api/sessions/").json()["count"] == 0
    assert api(person(is_staff=True)).get("/api/sessions/").json()["count"] == 1
